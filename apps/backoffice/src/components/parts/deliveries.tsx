import React from 'react';
import type { DeliveryLine } from '../../pages/rows';
import { State, Table, Time, To } from './ui';

/** Deliveries as a table: when, how, why, where to. */
export function Deliveries({
  of,
  none,
  withWebhook = true,
}: {
  of: DeliveryLine[];
  none: string;
  withWebhook?: boolean;
}) {
  const head = ['When', 'State', 'Newest attempt', 'Event', ...(withWebhook ? ['Webhook'] : []), 'Attempts'];
  const rows = of.map((delivery) => [
    <To resource="deliveries" id={delivery.id}><Time at={delivery.at} /></To>,
    <State value={delivery.status} />,
    <To resource="deliveries" id={delivery.id}>{delivery.why}</To>,
    <To resource="events" id={delivery.eventId}>{delivery.eventType}</To>,
    ...(withWebhook ? [<To resource="webhooks" id={delivery.webhookId}>{delivery.webhookName ?? '(gone)'}</To>] : []),
    delivery.attemptCount,
  ]); // prettier-ignore
  return <Table head={head} rows={rows} none={none} />;
}
