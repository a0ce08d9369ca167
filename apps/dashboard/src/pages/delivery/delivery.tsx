import { Send } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useDelivery, useResend, useWebhooks } from '../../api/queries';
import type { DeliveryDetail } from '../../api/types';
import { Page } from '../../shell/page';
import { DeliveryBadge } from '../../ui/badges';
import { Button } from '../../ui/button';
import { Id } from '../../ui/copy';
import { Banner, ErrorState, Skeleton } from '../../ui/states';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';
import { AttemptDetail } from './attempt-detail';
import { Timeline } from './timeline';

/** An attempt takes ten seconds at most, and a moment to begin. */
const EXPECTED_WITHIN_MS = 20_000;
const CRUMBS = [{ name: 'Deliveries', to: '/deliveries' }];

export function DeliveryPage({ id }: { id: string }) {
  const [resent, setResent] = useState<{ after: number } | null>(null);
  const query = useDelivery(id, resent !== null);
  const newest = query.data?.attempts.at(-1)?.number ?? 0;
  useEffect(() => {
    if (!resent) return;
    if (newest > resent.after) setResent(null);
    const timer = setTimeout(() => setResent(null), EXPECTED_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [resent, newest]);
  if (query.isPending) return <Page title="Delivery" crumbs={CRUMBS}><Skeleton rows={8} /></Page>; // prettier-ignore
  if (query.error && !query.data) {
    return (
      <Page title="Delivery" crumbs={CRUMBS}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  return <Loaded delivery={query.data} onResent={() => setResent({ after: newest })} />;
}

function Loaded({ delivery, onResent }: { delivery: DeliveryDetail; onResent: () => void }) {
  const resend = useResend(delivery.id);
  const toast = useToast();
  const latest = delivery.attempts.at(-1)?.number ?? null;
  const [chosen, setChosen] = useState(latest);
  // A new attempt is what one waits for here, so it is shown as it comes.
  useEffect(() => setChosen(latest), [latest]);
  const attempt = delivery.attempts.find(({ number }) => number === chosen);
  return (
    <Page
      title={`Delivery of ${delivery.eventType}`}
      crumbs={CRUMBS}
      heading={
        <span className="row wrap">
          {delivery.eventType} <DeliveryBadge status={delivery.status} />
          {delivery.test && <span className="badge">Test</span>}
        </span>
      }
      actions={
        <Button
          look="primary"
          icon={<Send size={14} aria-hidden="true" />}
          busy={resend.isPending}
          disabled={delivery.body === null}
          onClick={() =>
            resend.mutate(undefined, {
              onSuccess: () => {
                toast.say('Sending again now.');
                onResent();
              },
              onError: toast.fail,
            })
          }
        >
          Resend
        </Button>
      }
    >
      <div className="stack loose">
        {delivery.payloadExpungedAt && (
          <Banner kind="note" title="The data of this call has been removed">
            On <Time at={delivery.payloadExpungedAt} as="full" />. What was sent can no longer be shown, nor
            sent again.
          </Banner>
        )}
        <Facts delivery={delivery} />
        <div className="split">
          <section aria-labelledby="attempts-title" className="stack tight">
            <h2 id="attempts-title">Attempts</h2>
            <Timeline delivery={delivery} chosen={chosen} onChoose={setChosen} />
          </section>
          {attempt ? (
            <AttemptDetail key={attempt.id} attempt={attempt} />
          ) : (
            <p className="card padded soft">Nothing has been sent yet.</p>
          )}
        </div>
      </div>
    </Page>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetail }) {
  const webhooks = useWebhooks();
  const webhook = webhooks.data?.find(({ id }) => id === delivery.webhookId);
  return (
    <dl className="facts card padded">
      <div>
        <dt>Webhook</dt>
        <dd>
          {webhook ? (
            <Link to={`/webhooks/${webhook.id}`}>{webhook.name}</Link>
          ) : webhooks.isPending ? (
            '…'
          ) : (
            'Deleted webhook'
          )}
        </dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>
          <Time at={delivery.createdAt} as="full" />
        </dd>
      </div>
      <div>
        <dt>Call</dt>
        <dd>
          <Id value={delivery.callId} />
        </dd>
      </div>
      <div>
        <dt>Format</dt>
        <dd>{delivery.format === 'DEFAULT' ? 'Default' : 'Zapier'}</dd>
      </div>
      <div>
        <dt>Event id</dt>
        <dd>
          <Id value={delivery.eventId} />
        </dd>
      </div>
      <div>
        <dt>Delivery id</dt>
        <dd>
          <Id value={delivery.id} />
        </dd>
      </div>
    </dl>
  );
}
