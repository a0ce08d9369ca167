import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { useWebhooks } from '../../api/queries';
import type { Delivery, Webhook } from '../../api/types';
import { outcomeName } from '../../lib/advice';
import { DeliveryBadge, StatusCode } from '../../ui/badges';
import { Cell, Row, Table } from '../../ui/table';
import { Countdown, Time, ZoneLabel } from '../../ui/time';

/** With `withWebhook` it says to which webhook each went. */
export function DeliveriesTable({
  deliveries,
  withWebhook = false,
}: {
  deliveries: Delivery[];
  withWebhook?: boolean;
}) {
  const names = useWebhookNames(withWebhook);
  const columns = [
    { name: 'Event' },
    { name: 'Status' },
    ...(withWebhook ? [{ name: 'Webhook' }] : []),
    { name: 'Call' },
    { name: 'Answer' },
    { name: 'Attempts', number: true },
    { name: <>Time (<ZoneLabel />)</> }, // prettier-ignore
  ];
  return (
    <Table label="Deliveries" columns={columns}>
      {deliveries.map((delivery) => (
        <DeliveryRow
          key={delivery.id}
          delivery={delivery}
          webhookName={withWebhook ? (names.get(delivery.webhookId)?.name ?? 'Deleted webhook') : null}
        />
      ))}
    </Table>
  );
}

function DeliveryRow({ delivery, webhookName }: { delivery: Delivery; webhookName: string | null }) {
  const [, navigate] = useLocation();
  const path = `/deliveries/${delivery.id}`;
  return (
    <Row onOpen={() => navigate(path)}>
      <Cell className="main-cell">
        <Link to={path} className="mono">
          {delivery.eventType}
        </Link>{' '}
        {delivery.test && <span className="badge">Test</span>}
        {delivery.trigger === 'replay' && <span className="badge">Replay</span>}
      </Cell>
      <Cell label="Status">
        <DeliveryBadge status={delivery.status} />
      </Cell>
      {webhookName !== null && (
        <Cell label="Webhook">
          <span className="truncate webhook-name" title={webhookName}>
            {webhookName}
          </span>
        </Cell>
      )}
      <Cell label="Call" className="call-cell">
        <span className="mono truncate block" title={delivery.callId}>
          {delivery.callId}
        </span>
      </Cell>
      <Cell label="Answer" className="nowrap">
        <Answer delivery={delivery} />
      </Cell>
      <Cell label="Attempts" className="number">
        {delivery.attemptCount}
      </Cell>
      <Cell label="Time" className="nowrap">
        <Time at={delivery.createdAt} />
      </Cell>
    </Row>
  );
}

function Answer({ delivery }: { delivery: Delivery }) {
  if (delivery.status === 'PENDING') {
    if (delivery.nextAttemptAt) return <span className="small">Retry <Countdown to={delivery.nextAttemptAt} /></span>; // prettier-ignore
    return <span className="soft small">{WAITING[delivery.held ?? delivery.waitingFor ?? 'SENDING']}</span>;
  }
  if (delivery.lastStatusCode !== null) return <StatusCode code={delivery.lastStatusCode} />;
  return <span className="small">{delivery.lastOutcome ? outcomeName(delivery.lastOutcome) : '–'}</span>;
}

const WAITING: Record<string, string> = {
  RETRY_DUE: 'Retry is due',
  ROOM: 'Waiting for its turn',
  CIRCUIT_OPEN: 'Waiting for your server',
  PAUSED: 'Waiting: the webhook is paused',
  RETRY_AFTER: 'Your server asked to wait',
  SENDING: 'Sending…',
};

function useWebhookNames(needed: boolean): Map<string, Webhook> {
  const webhooks = useWebhooks(needed);
  return useMemo(
    () => new Map((webhooks.data ?? []).map((webhook) => [webhook.id, webhook])),
    [webhooks.data],
  );
}
