import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useDeleteWebhook } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { useToast } from '../../ui/toast';

/** Deleting asks for the name, because it cannot be taken back. */
export function DangerZone({ webhook }: { webhook: Webhook }) {
  const [, navigate] = useLocation();
  const remove = useDeleteWebhook(webhook.id);
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  return (
    <section className="card padded row wrap between" aria-labelledby="delete-title">
      <div className="grow">
        <h2 id="delete-title">Delete this webhook</h2>
        <p className="soft">Nothing is sent to it any more. Its deliveries stay, to be read.</p>
      </div>
      <Button
        look="danger"
        icon={<Trash2 size={14} aria-hidden="true" />}
        onClick={() => {
          setTyped('');
          setOpen(true);
        }}
      >
        Delete webhook
      </Button>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title={`Delete ${webhook.name}?`}
        description="Events are not sent to it any more, and retries that are due are dropped. This cannot be undone; pausing can."
        action="Delete webhook"
        busy={remove.isPending}
        disabled={typed.trim() !== webhook.name.trim()}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              toast.say(`${webhook.name} has been deleted.`);
              navigate('/settings/webhooks');
            },
            onError: toast.fail,
          })
        }
      >
        <Field label={`Type “${webhook.name}” to confirm`}>
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </Confirm>
    </section>
  );
}
