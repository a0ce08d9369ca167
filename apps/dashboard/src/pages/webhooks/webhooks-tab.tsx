import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useWebhooks } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { GoButton } from '../../ui/button';
import { ErrorState, Skeleton } from '../../ui/states';
import { NoWebhooks } from './no-webhooks';
import { WebhooksTable } from './webhooks-table';

/** Beyond this a search box helps more than looking. */
const SEARCH_FROM = 8;
const STEP = 25;

export function WebhooksTab() {
  const webhooks = useWebhooks();
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(STEP);
  useEffect(() => setShown(STEP), [search]);
  if (webhooks.isPending) return <Skeleton label="Loading your webhooks" />;
  if (webhooks.error && !webhooks.data)
    return <ErrorState error={webhooks.error} onRetry={() => void webhooks.refetch()} />;
  const all = webhooks.data;
  if (all.length === 0) return <NoWebhooks />;
  const found = all.filter((webhook) => matches(webhook, search));
  return (
    <section className="stack" aria-labelledby="webhooks-title">
      <div className="row wrap between">
        <div>
          <h2 id="webhooks-title">Webhooks</h2>
          <p className="soft">Call data, sent to your systems as soon as a call ends.</p>
        </div>
        <GoButton to="/settings/webhooks/new" look="primary" icon={<Plus size={16} aria-hidden="true" />}>
          Create Webhook
        </GoButton>
      </div>
      {all.length >= SEARCH_FROM && (
        <div className="row wrap">
          <input
            className="input compact"
            style={{ maxWidth: 300 }}
            type="search"
            placeholder="Search by name or URL"
            aria-label="Search webhooks by name or URL"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <span className="soft small" role="status">
            {search === '' ? `${all.length} webhooks` : `${found.length} of ${all.length}`}
          </span>
        </div>
      )}
      {found.length > 0 ? (
        <WebhooksTable webhooks={found.slice(0, shown)} />
      ) : (
        <p className="card padded soft">No webhook has “{search}” in its name or URL.</p>
      )}
      {found.length > shown && (
        <div>
          <button type="button" className="button" onClick={() => setShown(shown + STEP)}>
            Show more ({found.length - shown})
          </button>
        </div>
      )}
    </section>
  );
}

function matches({ name, url, id }: Webhook, search: string): boolean {
  const text = search.trim().toLowerCase();
  return [name, url, id].some((part) => part.toLowerCase().includes(text));
}
