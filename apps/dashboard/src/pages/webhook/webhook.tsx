import { Pause, Play, RotateCcw } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useUpdateWebhook, useWebhook } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { Page } from '../../shell/page';
import { WebhookBadge } from '../../ui/badges';
import { Button } from '../../ui/button';
import { ErrorState, Skeleton } from '../../ui/states';
import { useToast } from '../../ui/toast';
import { DeliveryList } from '../deliveries/delivery-list';
import { TestWebhookButton } from '../webhooks/test-webhook';
import { Banners } from './banners';
import { Overview } from './overview';
import { RecoverDialog } from './recover';
import { WebhookSettings } from './settings';

const CRUMBS = [
  { name: 'Settings', to: '/settings' },
  { name: 'API Keys', to: '/settings/api-keys' },
  { name: 'Webhooks', to: '/settings/webhooks' },
];
const TABS = [
  ['overview', 'Overview'],
  ['deliveries', 'Deliveries'],
  ['settings', 'Settings'],
] as const;

export function WebhookPage({ id, tab }: { id: string; tab: string }) {
  const query = useWebhook(id);
  if (query.isPending) return <Page title="Webhook" crumbs={CRUMBS}><Skeleton rows={8} /></Page>; // prettier-ignore
  if (query.error && !query.data) {
    return (
      <Page title="Webhook" crumbs={CRUMBS}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  return (
    <Loaded
      webhook={query.data.body}
      etag={query.data.etag}
      tab={TABS.some(([name]) => name === tab) ? tab : 'overview'}
    />
  );
}

function Loaded({ webhook, etag, tab }: { webhook: Webhook; etag: string | null; tab: string }) {
  const [, navigate] = useLocation();
  const [recovering, setRecovering] = useState(false);
  return (
    <Page
      title={webhook.name}
      crumbs={CRUMBS}
      heading={
        <span className="row wrap">
          {webhook.name} <WebhookBadge webhook={webhook} />
        </span>
      }
      intro={<span className="mono">{webhook.url}</span>}
      actions={
        <>
          <TestWebhookButton webhook={webhook} />
          <PauseButton webhook={webhook} />
          <Button icon={<RotateCcw size={14} aria-hidden="true" />} onClick={() => setRecovering(true)}>
            Recover
          </Button>
        </>
      }
    >
      <div className="stack" style={{ gap: 20 }}>
        <Banners webhook={webhook} onRecover={() => setRecovering(true)} />
        <Tabs.Root
          value={tab}
          onValueChange={(next) =>
            navigate(next === 'overview' ? `/webhooks/${webhook.id}` : `/webhooks/${webhook.id}/${next}`)
          }
        >
          <Tabs.List className="tabs-list" aria-label={webhook.name}>
            {TABS.map(([value, name]) => (
              <Tabs.Trigger key={value} className="tab" value={value}>
                {name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content value="overview" tabIndex={-1}>
            <Overview webhook={webhook} />
          </Tabs.Content>
          <Tabs.Content value="deliveries" tabIndex={-1}>
            <DeliveryList webhookId={webhook.id} />
          </Tabs.Content>
          <Tabs.Content value="settings" tabIndex={-1}>
            <WebhookSettings webhook={webhook} etag={etag} />
          </Tabs.Content>
        </Tabs.Root>
      </div>
      {recovering && <RecoverDialog webhook={webhook} onClose={() => setRecovering(false)} />}
    </Page>
  );
}

function PauseButton({ webhook }: { webhook: Webhook }) {
  const update = useUpdateWebhook(webhook.id);
  const toast = useToast();
  const active = webhook.status === 'ACTIVE';
  return (
    <Button
      icon={active ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
      busy={update.isPending}
      onClick={() =>
        update.mutate(
          { change: { status: active ? 'PAUSED' : 'ACTIVE' } },
          {
            onSuccess: () => toast.say(active ? `${webhook.name} is paused.` : `${webhook.name} is active.`),
            onError: toast.fail,
          },
        )
      }
    >
      {active ? 'Pause' : 'Activate'}
    </Button>
  );
}
