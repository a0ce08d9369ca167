import { ArrowLeftRight, Pause, Play, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useDeliveries, useWebhooks, type DeliveryFilter } from '../../api/queries';
import { EVENT_TYPES } from '../../lib/event-types';
import { useZone } from '../../lib/preferences';
import { fromWallTime, toWallTime, zoneLabel } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty, ErrorState, Skeleton } from '../../ui/states';
import { DeliveriesTable } from './deliveries-table';

type FilterName = keyof DeliveryFilter;
const NAMES: FilterName[] = ['status', 'webhookId', 'eventType', 'callId', 'eventId', 'since', 'until'];

/** Deliveries as they come, filtered by the address's query, so that a view can be shared. */
export function DeliveryList({ webhookId }: { webhookId?: string }) {
  const [params, setParams] = useSearchParams();
  const [live, setLive] = useState(true);
  const chosen = Object.fromEntries(
    NAMES.map((name) => [name, params.get(name) ?? undefined]).filter(([, value]) => value),
  ) as DeliveryFilter;
  const filter = webhookId ? { ...chosen, webhookId } : chosen;
  const deliveries = useDeliveries(filter, live);
  const set = (name: FilterName, value: string): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const rows = deliveries.data?.pages.flatMap(({ data }) => data) ?? [];
  const filtered = Object.keys(chosen).length > 0;
  return (
    <section className="stack" aria-label="Deliveries">
      <div className="row wrap between" style={{ alignItems: 'flex-end' }}>
        <Filters filter={chosen} onSet={set} withWebhook={!webhookId} />
        <div className="row">
          {filtered && (
            <Button
              look="quiet"
              icon={<X size={14} aria-hidden="true" />}
              onClick={() => setParams({}, { replace: true })}
            >
              Clear filters
            </Button>
          )}
          <Button
            aria-pressed={live}
            title={live ? 'New deliveries appear by themselves' : 'The list stands still'}
            icon={
              live ? <span className="live-dot" aria-hidden="true" /> : <Play size={13} aria-hidden="true" />
            }
            onClick={() => setLive(!live)}
          >
            Live
            {live && <Pause size={13} aria-hidden="true" />}
          </Button>
        </div>
      </div>
      {deliveries.isPending ? (
        <Skeleton label="Loading deliveries" rows={8} />
      ) : deliveries.error && !deliveries.data ? (
        <ErrorState error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : rows.length === 0 ? (
        <div className="card">
          <Empty
            icon={ArrowLeftRight}
            title={filtered ? 'Nothing matches these filters' : 'No deliveries yet'}
          >
            {filtered
              ? 'Widen them, or clear them.'
              : 'As soon as a call ends, its delivery appears here by itself. “Test Webhook” makes one now.'}
          </Empty>
        </div>
      ) : (
        <DeliveriesTable deliveries={rows} withWebhook={!webhookId} />
      )}
      {deliveries.hasNextPage && (
        <div>
          <Button busy={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </section>
  );
}

function Filters({
  filter,
  onSet,
  withWebhook,
}: {
  filter: DeliveryFilter;
  onSet: (name: FilterName, value: string) => void;
  withWebhook: boolean;
}) {
  const zone = useZone();
  const offset = zoneLabel(zone, new Date());
  const time = (name: 'since' | 'until') => ({
    value: filter[name] ? toWallTime(new Date(filter[name]), zone) : '',
    onChange: (event: { target: { value: string } }) =>
      onSet(name, fromWallTime(event.target.value, zone)?.toISOString() ?? ''),
  });
  return (
    <div className="filters" role="search" aria-label="Filter deliveries">
      <label>
        Status
        <select
          className="input compact"
          value={filter.status ?? ''}
          onChange={(event) => onSet('status', event.target.value)}
        >
          <option value="">All</option>
          <option value="PENDING">Pending</option>
          <option value="DELIVERED">Delivered</option>
          <option value="FAILED">Failed</option>
        </select>
      </label>
      {withWebhook && (
        <WebhookFilter value={filter.webhookId ?? ''} onSet={(value) => onSet('webhookId', value)} />
      )}
      <label>
        Event
        <select
          className="input compact"
          value={filter.eventType ?? ''}
          onChange={(event) => onSet('eventType', event.target.value)}
        >
          <option value="">All</option>
          {EVENT_TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <IdFilter filter={filter} onSet={onSet} />
      <label>
        From ({offset})
        <input className="input compact" type="datetime-local" {...time('since')} />
      </label>
      <label>
        To ({offset})
        <input className="input compact" type="datetime-local" {...time('until')} />
      </label>
    </div>
  );
}

function WebhookFilter({ value, onSet }: { value: string; onSet: (value: string) => void }) {
  const webhooks = useWebhooks();
  return (
    <label>
      Webhook
      <select className="input compact" value={value} onChange={(event) => onSet(event.target.value)}>
        <option value="">All</option>
        {webhooks.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One box for call and event ids: an event id says by its prefix that it is one. */
function IdFilter({
  filter,
  onSet,
}: {
  filter: DeliveryFilter;
  onSet: (name: FilterName, value: string) => void;
}) {
  const present = filter.callId ?? filter.eventId ?? '';
  const [text, setText] = useState(present);
  useEffect(() => setText(present), [present]);
  const apply = (): void => {
    const id = text.trim();
    if (id === present) return;
    const isEvent = /^evt_[0-9a-f-]{36}$/.test(id);
    onSet('eventId', isEvent ? id : '');
    onSet('callId', isEvent ? '' : id);
  };
  return (
    <label>
      Call or event id
      <input
        className="input compact mono"
        type="search"
        value={text}
        placeholder="call_… or evt_…"
        onChange={(event) => setText(event.target.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === 'Enter' && apply()}
      />
    </label>
  );
}
