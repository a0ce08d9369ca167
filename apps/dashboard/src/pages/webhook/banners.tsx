import { useUpdateWebhook } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { Button, LinkButton } from '../../ui/button';
import { Banner } from '../../ui/states';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';

/** What stands in the way of deliveries: why, and the way out. */
export function Banners({ webhook, onRecover }: { webhook: Webhook; onRecover: () => void }) {
  if (webhook.status === 'DISABLED') {
    return (
      <Banner
        kind="bad"
        title="We have disabled this webhook"
        actions={<ActivateAnd webhook={webhook} onRecover={onRecover} />}
      >
        {webhook.disabledReason && <p>{webhook.disabledReason}</p>}
        <p>
          New events are kept, but not sent. Mend your server and check it with “Test Webhook”, then activate
          the webhook and recover what it has missed.
        </p>
      </Banner>
    );
  }
  if (webhook.status === 'PAUSED') {
    return (
      <Banner
        kind="note"
        title="This webhook is paused"
        actions={<ActivateAnd webhook={webhook} onRecover={onRecover} />}
      >
        Nothing is sent. Events are kept: once it is active again, recover those that it has missed.
      </Banner>
    );
  }
  const { state, changedAt } = webhook.circuit;
  if (state !== 'CLOSED') {
    return (
      <Banner
        kind="warn"
        title={
          state === 'OPEN'
            ? 'Your server is not responding, so deliveries wait'
            : 'We are trying whether your server responds again'
        }
        actions={
          <LinkButton small to={`/webhooks/${webhook.id}/deliveries?status=FAILED`}>
            See what failed
          </LinkButton>
        }
      >
        <p>
          {changedAt && (
            <>
              Since <Time at={changedAt} as="full" />:{' '}
            </>
          )}
          too many attempts in a row got no answer. We send one now and then as a probe; the first that
          succeeds lets all the others follow. Nothing is lost meanwhile.
        </p>
        <p>
          The way out: make your server answer within 10 seconds with a status of 200 to 299, and check it
          with “Test Webhook”.
        </p>
      </Banner>
    );
  }
  if (webhook.failingSince && Date.now() - Date.parse(webhook.failingSince) > 3_600_000) {
    return (
      <Banner
        kind="warn"
        title="Every delivery has failed for some time"
        actions={
          <LinkButton small to={`/webhooks/${webhook.id}/deliveries?status=FAILED`}>
            See what failed
          </LinkButton>
        }
      >
        Since <Time at={webhook.failingSince} as="full" /> none has succeeded. After five days of this we
        disable a webhook; its events are kept.
      </Banner>
    );
  }
  return null;
}

function ActivateAnd({ webhook, onRecover }: { webhook: Webhook; onRecover: () => void }) {
  const update = useUpdateWebhook(webhook.id);
  const toast = useToast();
  return (
    <>
      <Button
        small
        look="primary"
        busy={update.isPending}
        onClick={() =>
          update.mutate(
            { change: { status: 'ACTIVE' } },
            { onSuccess: () => toast.say(`${webhook.name} is active.`), onError: toast.fail },
          )
        }
      >
        Activate webhook
      </Button>
      <Button small onClick={onRecover}>
        Recover missed events
      </Button>
    </>
  );
}
