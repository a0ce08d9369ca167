import React, { useState } from 'react';
import type { DeliveryPageData } from '../pages/delivery-page';
import { usePolling } from './parts/api';
import { RevealBox } from './parts/reveal';
import { Timeline } from './parts/timeline';
import { withView } from './parts/with-view';
import { Card, CopyButton, Facts, Pretty, State, Time, To } from './parts/ui';

interface Answer {
  record: { params: { view: DeliveryPageData } };
}

/** A delivery: what happened and what to do about it first, then its time line, then what was sent. */
export default withView<DeliveryPageData>(function DeliveryPage({ record, view: first }) {
  const [revealed, setRevealed] = useState<DeliveryPageData | null>(null);
  const path = revealed ? null : `/resources/deliveries/records/${record!.id}/show`;
  const { data, failed } = usePolling<Answer>(path, 2_000, { record: { params: { view: first } } });
  const view = revealed ?? data!.record.params.view;
  const { delivery, explanation } = view;
  return (
    <div className="bo-page">
      {failed && (
        <p className="bo-error" role="alert">
          {failed}
        </p>
      )}
      <section className={`bo-verdict ${delivery.status.toLowerCase()}`} aria-live="polite">
        <p>
          <State value={delivery.status} /> <strong>{explanation.short}</strong>
        </p>
        <p>{explanation.whatHappened}</p>
        <p className="bo-todo">
          <span>What to do:</span> {explanation.whatToDo}
        </p>
      </section>
      <div className="bo-columns">
        <Card title="Time line">
          <Timeline items={view.timeline} />
        </Card>
        <div>
          <Card title="Delivery">
            <Facts
              of={[
                [
                  'Account',
                  <To resource="accounts" id={view.account.id}>
                    {view.account.name}
                  </To>,
                ],
                [
                  'Webhook',
                  view.webhook ? (
                    <>
                      <To resource="webhooks" id={view.webhook.id}>
                        {view.webhook.name}
                      </To>{' '}
                      <State value={view.webhook.deleted ? 'DELETED' : view.webhook.status} />
                    </>
                  ) : (
                    '(gone)'
                  ),
                ],
                ['URL now', <span className="bo-wrap">{view.webhook?.url}</span>],
                [
                  'Call',
                  <To resource="events" id={delivery.eventId}>
                    {delivery.callId}
                  </To>,
                ],
                ['Event', delivery.eventType],
                ['Format', delivery.format],
                ['Created', <Time at={String(delivery.createdAt)} />],
                ['Attempts', delivery.attemptCount],
                [
                  'Delivery id',
                  <>
                    <code>{delivery.id}</code> <CopyButton text={delivery.id} label="Copy" />
                  </>,
                ],
              ]}
            />
          </Card>
          <Card
            title="Request body"
            aside={view.body && !view.isMasked ? <CopyButton text={view.body} label="Copy" /> : undefined}
          >
            {view.isMasked && (
              <RevealBox<DeliveryPageData> resource="deliveries" id={delivery.id} onRevealed={setRevealed} />
            )}
            {view.body === null ? <p className="bo-none">It was expunged.</p> : <Pretty text={view.body} />}
          </Card>
        </div>
      </div>
    </div>
  );
});
