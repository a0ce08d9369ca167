import { ArrowLeftRight, Pause, Play, X } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useDeliveries, type DeliveryFilter } from '../../api/queries';
import { Button } from '../../ui/button';
import { Empty, ErrorState, Skeleton } from '../../ui/states';
import { DeliveriesTable } from './deliveries-table';
import { Filters } from './filters';

const NAMES: (keyof DeliveryFilter)[] = [
  'status',
  'webhookId',
  'eventType',
  'callId',
  'eventId',
  'since',
  'until',
];

/** Deliveries as they come, filtered by the address's query, so that a view can be shared. */
export function DeliveryList({ webhookId }: { webhookId?: string }) {
  const [params, setParams] = useSearchParams();
  const [live, setLive] = useState(true);
  const chosen = Object.fromEntries(
    NAMES.map((name) => [name, params.get(name) ?? undefined]).filter(([, value]) => value),
  ) as DeliveryFilter;
  const filter = webhookId ? { ...chosen, webhookId } : chosen;
  const deliveries = useDeliveries(filter, live);
  const change = (part: DeliveryFilter): void => {
    const next = Object.entries({ ...chosen, ...part }).filter(([, value]) => value) as [string, string][];
    setParams(next, { replace: true });
  };
  const rows = deliveries.data?.pages.flatMap(({ data }) => data) ?? [];
  const filtered = Object.keys(chosen).length > 0;
  return (
    <section className="stack" aria-label="Deliveries">
      <div className="row wrap between" style={{ alignItems: 'flex-end' }}>
        <Filters filter={chosen} onChange={change} withWebhook={!webhookId} />
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
