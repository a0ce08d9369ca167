import { Ellipsis, Eye, Pause, Play, Settings2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useStats, useUpdateWebhook } from '../../api/queries';
import type { Webhook } from '../../api/types';
import { percent } from '../../charts/scale';
import { Sparkline } from '../../charts/sparkline';
import { WebhookBadge } from '../../ui/badges';
import { Button } from '../../ui/button';
import { Cell, Row, Table } from '../../ui/table';
import { useToast } from '../../ui/toast';
import { TestWebhookButton } from './test-webhook';

export function WebhooksTable({ webhooks }: { webhooks: Webhook[] }) {
  return (
    <Table
      label="Webhooks"
      columns={[
        { name: 'Name and URL' },
        { name: 'Status' },
        { name: 'Events' },
        { name: 'Format' },
        { name: 'Last 24 hours' },
        { name: 'Actions', hidden: true },
      ]}
    >
      {webhooks.map((webhook) => (
        <WebhookRow key={webhook.id} webhook={webhook} />
      ))}
    </Table>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const [, navigate] = useLocation();
  const path = `/webhooks/${webhook.id}`;
  return (
    <Row onOpen={() => navigate(path)}>
      <Cell className="main-cell elastic">
        <Link to={path} className="truncate block" title={webhook.name}>
          {webhook.name}
        </Link>
        <span className="url truncate" title={webhook.url}>
          {webhook.url}
        </span>
      </Cell>
      <Cell label="Status">
        <WebhookBadge webhook={webhook} />
      </Cell>
      <Cell label="Events">
        <Events events={webhook.events} />
      </Cell>
      <Cell label="Format">{webhook.format === 'DEFAULT' ? 'Default' : 'Zapier'}</Cell>
      <Cell label="Last 24 hours">
        <Recent webhook={webhook} />
      </Cell>
      <Cell className="actions">
        <span className="row" style={{ justifyContent: 'flex-end' }}>
          <TestWebhookButton webhook={webhook} small />
          <Menu webhook={webhook} />
        </span>
      </Cell>
    </Row>
  );
}

function Events({ events }: { events: string[] }) {
  if (events.length === 4) return <span>All events</span>;
  return (
    <span className="row wrap" style={{ gap: 4 }}>
      <span className="tag">{events[0]}</span>
      {events.length > 1 && (
        <span className="soft small" title={events.slice(1).join(', ')}>
          +{events.length - 1}
          <span className="visually-hidden">: {events.slice(1).join(', ')}</span>
        </span>
      )}
    </span>
  );
}

/** Asked for once the row has come into view: with many webhooks most never do. */
function Recent({ webhook }: { webhook: Webhook }) {
  const [seen, setSeen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: '200px',
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const stats = useStats(webhook.id, '24h', seen);
  return (
    <span ref={box} className="row recent">
      {stats.data ? (
        <>
          <Sparkline stats={stats.data} />
          <span className="tabular" title="Attempts that succeeded">
            {stats.data.successRate === null ? (
              <span className="soft small">None</span>
            ) : (
              percent(stats.data.successRate)
            )}
          </span>
        </>
      ) : stats.error ? (
        <span className="soft small">Not available</span>
      ) : (
        <span className="skeleton" style={{ width: 84 }} />
      )}
    </span>
  );
}

function Menu({ webhook }: { webhook: Webhook }) {
  const [, navigate] = useLocation();
  const update = useUpdateWebhook(webhook.id);
  const toast = useToast();
  const active = webhook.status === 'ACTIVE';
  const setStatus = (): void =>
    update.mutate(
      { change: { status: active ? 'PAUSED' : 'ACTIVE' } },
      {
        onSuccess: () => toast.say(active ? `${webhook.name} is paused.` : `${webhook.name} is active.`),
        onError: toast.fail,
      },
    );
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button
          small
          look="quiet"
          aria-label={`More actions for ${webhook.name}`}
          icon={<Ellipsis size={16} aria-hidden="true" />}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.getElementById('content')}>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Item onSelect={() => navigate(`/webhooks/${webhook.id}/deliveries`)}>
            <Eye size={15} aria-hidden="true" />
            View deliveries
          </DropdownMenu.Item>
          <DropdownMenu.Item onSelect={() => navigate(`/webhooks/${webhook.id}/settings`)}>
            <Settings2 size={15} aria-hidden="true" />
            Settings
          </DropdownMenu.Item>
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item onSelect={setStatus}>
            {active ? <Pause size={15} aria-hidden="true" /> : <Play size={15} aria-hidden="true" />}
            {active ? 'Pause' : 'Activate'}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
