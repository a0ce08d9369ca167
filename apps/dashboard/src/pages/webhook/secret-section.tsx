import { KeyRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ApiProblem } from '../../api/client';
import { useRotateSecret, useUpdateWebhook } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Confirm, Modal } from '../../ui/dialog';
import { Choice, Field, FieldSet } from '../../ui/field';
import { Banner } from '../../ui/states';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';
import { SecretField } from '../webhook-form/webhook-fields';

export function SecretSection({ webhook }: { webhook: Webhook }) {
  const [open, setOpen] = useState<'rotate' | 'remove' | null>(null);
  const previous = webhook.previousSecrets.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now());
  return (
    <section className="card padded stack" aria-labelledby="secret-title">
      <div className="row wrap between">
        <div className="grow">
          <h2 id="secret-title">Secret</h2>
          <p className="soft">
            {webhook.hasSecret ? (
              <>
                Requests are signed with <span className="mono">{webhook.secretHint}</span>.
              </>
            ) : (
              'Requests are not signed. With a secret you can verify that they come from us.'
            )}
          </p>
        </div>
        <div className="row">
          {webhook.hasSecret && (
            <Button look="danger" onClick={() => setOpen('remove')}>
              Remove
            </Button>
          )}
          <Button icon={<KeyRound size={14} aria-hidden="true" />} onClick={() => setOpen('rotate')}>
            {webhook.hasSecret ? 'Rotate secret' : 'Set a secret'}
          </Button>
        </div>
      </div>
      {previous.length > 0 && (
        <Banner kind="note" title="A rotation is under way">
          {previous.map(({ hint, expiresAt }, index) => (
            <div key={expiresAt}>
              The secret <span className="mono">{hint}</span> signs as well until{' '}
              <Time at={expiresAt} as="full" />
              {index === 0
                ? ', in webhook-signature and X-Webhook-Signature-Previous.'
                : ', in webhook-signature.'}
            </div>
          ))}
        </Banner>
      )}
      {open === 'rotate' && <RotateDialog webhook={webhook} onClose={() => setOpen(null)} />}
      {open === 'remove' && <RemoveDialog webhook={webhook} onClose={() => setOpen(null)} />}
    </section>
  );
}

const OVERLAPS: [hours: number, name: string][] = [
  [0, 'At once'],
  [1, 'After 1 hour'],
  [24, 'After 24 hours'],
  [72, 'After 3 days'],
  [168, 'After 7 days'],
];

function RotateDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const rotate = useRotateSecret(webhook.id);
  const toast = useToast();
  const [own, setOwn] = useState(false);
  const [secret, setSecret] = useState('');
  const [overlapHours, setOverlapHours] = useState(24);
  const [missing, setMissing] = useState(false);
  const problem = rotate.error instanceof ApiProblem ? rotate.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissing(own && secret === '');
    if (own && secret === '') return;
    rotate.mutate(
      { overlapHours: webhook.hasSecret ? overlapHours : 0, ...(own ? { secret } : {}) },
      {
        onSuccess: ({ warnings }) => {
          if (!own) return;
          toast.say('The new secret is in place.');
          for (const { message } of warnings) toast.warn(`The secret ${message}`);
          onClose();
        },
      },
    );
  };
  if (rotate.data?.secret) return <NewSecret secret={rotate.data.secret} onClose={onClose} />;
  return (
    <Modal
      open
      onClose={onClose}
      title={webhook.hasSecret ? 'Rotate secret' : 'Set a secret'}
      description={
        webhook.hasSecret
          ? 'A new secret replaces the present one, which signs as well for the time that you choose.'
          : undefined
      }
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="rotate" look="primary" busy={rotate.isPending}>
            {webhook.hasSecret ? 'Rotate secret' : 'Set secret'}
          </Button>
        </>
      }
    >
      <form id="rotate" className="stack" onSubmit={submit} noValidate>
        {problem && !problem.fieldError('secret') && <Banner kind="bad" title={problem.detail} />}
        <FieldSet label="New secret">
          <div className="choices two">
            <Choice
              type="radio"
              name="own"
              value="made"
              title="Generate one"
              text="Shown only once"
              checked={!own}
              onChange={() => setOwn(false)}
            />
            <Choice
              type="radio"
              name="own"
              value="own"
              title="Enter my own"
              checked={own}
              onChange={() => setOwn(true)}
            />
          </div>
        </FieldSet>
        {own && (
          <SecretField
            label="Your secret"
            optional={false}
            value={secret}
            error={missing ? 'Enter a secret' : withThe(problem?.fieldError('secret'))}
            onChange={(value) => {
              setSecret(value);
              setMissing(false);
            }}
          />
        )}
        {webhook.hasSecret && (
          <Field
            label="The old secret ends"
            hint={
              overlapHours === 0 ? (
                'Every signature is made with the new secret from now on. A server that still has the old one rejects requests until you change it.'
              ) : (
                <>
                  Until then, <code className="inline">webhook-signature</code> has one signature for each
                  secret, so a server that checks it accepts both.{' '}
                  <code className="inline">X-Webhook-Signature</code> is made with the new secret at once; a
                  server that checks it must also accept{' '}
                  <code className="inline">X-Webhook-Signature-Previous</code>, which is made with the present
                  secret.
                </>
              )
            }
          >
            {(control) => (
              <select
                {...control}
                className="input"
                value={overlapHours}
                onChange={(event) => setOverlapHours(Number(event.target.value))}
              >
                {OVERLAPS.map(([hours, name]) => (
                  <option key={hours} value={hours}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
      </form>
    </Modal>
  );
}

function withThe(message: string | undefined): string | undefined {
  return message && `The secret ${message}`;
}

function NewSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Modal
      open
      sticky
      onClose={onClose}
      title="Your new secret"
      description="Copy it into your server’s settings now: we store it encrypted, and never show it again."
      foot={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Field label="New secret">
        {(control) => (
          <div className="with-button">
            <input
              {...control}
              className="input mono"
              readOnly
              value={secret}
              onFocus={(event) => event.target.select()}
            />
            <CopyButton text={secret} label="Copy the secret">
              Copy
            </CopyButton>
          </div>
        )}
      </Field>
    </Modal>
  );
}

function RemoveDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const update = useUpdateWebhook(webhook.id);
  const toast = useToast();
  return (
    <Confirm
      open
      onClose={onClose}
      title="Remove the secret?"
      description="Requests are not signed any more. If your server verifies signatures, it will refuse them."
      action="Remove secret"
      busy={update.isPending}
      onConfirm={() =>
        update.mutate(
          { change: { secret: null } },
          {
            onSuccess: () => {
              toast.say('The secret has been removed.');
              onClose();
            },
            onError: toast.fail,
          },
        )
      }
    />
  );
}
