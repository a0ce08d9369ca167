import React, { useState } from 'react';
import type { DeliveryPageData } from '../pages/delivery-page';
import { withView } from './parts/with-view';
import { RevealBox } from './parts/reveal';
import { AttemptDetails } from './parts/timeline';
import { Card, Facts, State, To } from './parts/ui';

/** One attempt, and the way to the delivery it belongs to. */
export default withView<DeliveryPageData>(function AttemptPage({ record, view: first }) {
  const [view, setView] = useState(first);
  const number = Number(record!.params['number']);
  const attempt = view.timeline.find((item) => item.kind === 'attempt' && item.number === number);
  return (
    <div className="bo-page">
      <div className="bo-columns">
        <Card title={`Attempt ${number} of ${view.delivery.attemptCount}`}>
          {attempt?.kind === 'attempt' ? (
            <AttemptDetails attempt={attempt} isOpen />
          ) : (
            <p className="bo-none">It is not recorded yet.</p>
          )}
        </Card>
        <Card title="Belongs to">
          <Facts
            of={[
              ['Delivery', <To resource="deliveries" id={view.delivery.id} />],
              ['State', <State value={view.delivery.status} />],
              [
                'Account',
                <To resource="accounts" id={view.account.id}>
                  {view.account.name}
                </To>,
              ],
              [
                'Webhook',
                view.webhook ? (
                  <To resource="webhooks" id={view.webhook.id}>
                    {view.webhook.name}
                  </To>
                ) : (
                  '(gone)'
                ),
              ],
              [
                'Call',
                <To resource="events" id={view.delivery.eventId}>
                  {view.delivery.callId}
                </To>,
              ],
            ]}
          />
          {view.isMasked && (
            <RevealBox<DeliveryPageData> resource="deliveries" id={view.delivery.id} onRevealed={setView} />
          )}
        </Card>
      </div>
    </div>
  );
});
