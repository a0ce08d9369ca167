import React, { useState } from 'react';
import type { EventPageData } from '../pages/event-page';
import { Deliveries } from './parts/deliveries';
import { withView } from './parts/with-view';
import { RevealBox } from './parts/reveal';
import { Card, CopyButton, Facts, Pretty, Table, Time, To } from './parts/ui';

/** A call's event: where it went and where it did not, then what is in it. */
export default withView<EventPageData>(function EventPage({ view: first }) {
  const [view, setView] = useState(first);
  const { event } = view;
  return (
    <div className="bo-page">
      <Card title="Where it went">
        <Deliveries of={view.deliveries} none="Nowhere: no webhook wanted it when it came." />
        {view.notWanted.length > 0 && (
          <>
            <h3>Webhooks that did not get it</h3>
            <Table
              head={['Webhook', 'Why']}
              rows={view.notWanted.map((webhook) => [
                <To resource="webhooks" id={webhook.id}>
                  {webhook.name}
                </To>,
                webhook.why,
              ])}
              none=""
            />
          </>
        )}
      </Card>
      <div className="bo-columns">
        <Card title="Call">
          <Facts
            of={[
              [
                'Account',
                <To resource="accounts" id={view.account.id}>
                  {view.account.name}
                </To>,
              ],
              [
                'Call id',
                <>
                  <code>{event.callId}</code> <CopyButton text={event.callId} label="Copy" />
                </>,
              ],
              ['Event', `${event.type}${event.test ? ' (a test)' : ''}`],
              ['From', view.from],
              ['To', view.to],
              ['Happened', <Time at={event.occurredAt} />],
              ['Accepted', <Time at={event.createdAt} />],
              ['Idempotency key', event.idempotencyKey],
              [
                'Event id',
                <>
                  <code>{event.id}</code> <CopyButton text={event.id} label="Copy" />
                </>,
              ],
            ]}
          />
        </Card>
        <Card title="Payload">
          {view.isMasked && <RevealBox<EventPageData> resource="events" id={event.id} onRevealed={setView} />}
          {view.data === null ? (
            <p className="bo-none">
              It was expunged <Time at={event.expungedAt} />.
            </p>
          ) : (
            <Pretty text={view.data} />
          )}
        </Card>
      </div>
    </div>
  );
});
