import React from 'react';
import { Link } from 'react-router-dom';
import type { WebhookPageData } from '../pages/webhook-page';
import { usePolling } from './parts/api';
import { Chart } from './parts/charts';
import { Deliveries } from './parts/deliveries';
import { withView } from './parts/with-view';
import { Card, Facts, lengthOf, listOf, State, Table, Time, To } from './parts/ui';

interface Answer {
  record: { params: { view: WebhookPageData } };
}

/** A webhook: whether it works, what failed, how it does, what it is set to. */
export default withView<WebhookPageData>(function WebhookPage({ record, view: first }) {
  const { data } = usePolling<Answer>(`/resources/webhooks/records/${record!.id}/show`, 5_000, {
    record: { params: { view: first } },
  });
  const view = data!.record.params.view;
  const { webhook, stats } = view;
  return (
    <div className="bo-page">
      <Verdict view={view} />
      <div className="bo-columns">
        <Card title="Settings">
          <Facts
            of={[
              [
                'Account',
                <To resource="accounts" id={view.account.id}>
                  {view.account.name}
                </To>,
              ],
              ['URL', <span className="bo-wrap">{webhook.url}</span>],
              ['Events', webhook.events.join(', ')],
              ['Format', webhook.format],
              [
                'Secret',
                webhook.hasSecret
                  ? `set, ends with ${webhook.secretHint ?? '…'}`
                  : 'none: requests are not signed',
              ],
              ...(webhook.previousSecretExpiresAt
                ? [
                    [
                      'Secret before it',
                      <>
                        signs until <Time at={webhook.previousSecretExpiresAt} />
                      </>,
                    ] as [string, React.ReactNode],
                  ]
                : []),
              ['Headers of their own', webhook.hasCustomHeaders ? 'some, encrypted' : 'none'],
              ['Retries', webhook.retryPolicy],
              ['Limits', limitsOf(webhook)],
              ['Created', <Time at={webhook.createdAt} />],
              ['Webhook id', <code>{webhook.id}</code>],
            ]}
          />
        </Card>
        <Card title="Last 24 hours">
          {stats ? (
            <>
              <Facts
                of={[
                  ['Attempts', stats.attempts.toLocaleString()],
                  [
                    'Success rate',
                    stats.successRate === null
                      ? 'nothing was sent'
                      : `${(stats.successRate * 100).toFixed(1)} %`,
                  ],
                  [
                    'Response time',
                    `${lengthOf(stats.responseMs.p50)} half of them, ${lengthOf(stats.responseMs.p95)} 95 %, ${lengthOf(stats.responseMs.p99)} 99 %`,
                  ],
                  ['Waiting', view.waiting > 10_000 ? 'more than 10,000' : view.waiting.toLocaleString()],
                  ...Object.entries(stats.byOutcome)
                    .filter(([outcome, count]) => count > 0 && outcome !== 'DELIVERED')
                    .map(([outcome, count]): [string, React.ReactNode] => [outcome, count.toLocaleString()]),
                ]}
              />
              <Chart
                title="Attempts an hour"
                now={String(stats.hours.at(-1)?.attempts ?? 0)}
                series={stats.hours.map((hour) => ({ at: String(hour.hour), value: hour.attempts }))}
                format={(value) => String(Math.round(value))}
              />
            </>
          ) : (
            <p className="bo-none">It is deleted.</p>
          )}
        </Card>
      </div>
      <Card
        title="Failed"
        aside={
          <Link className="bo-link" to={listOf('deliveries', { webhookId: webhook.id, status: 'FAILED' })}>
            All that failed
          </Link>
        }
      >
        <Deliveries of={view.failed} none="Nothing that failed is left." withWebhook={false} />
      </Card>
      <Card
        title="Newest"
        aside={
          <Link className="bo-link" to={listOf('deliveries', { webhookId: webhook.id })}>
            All deliveries
          </Link>
        }
      >
        <Deliveries of={view.newest} none="Nothing was sent to it yet." withWebhook={false} />
      </Card>
      {view.replays.length > 0 && (
        <Card title="Replays">
          <Table
            head={['When', 'Which', 'State', 'Handed over']}
            none=""
            rows={view.replays.map((replay) => [
              <Time at={replay.at} />,
              replay.which,
              <>
                <State value={replay.status} /> {replay.endReason}
              </>,
              `${replay.queued.toLocaleString()} of ${replay.count.toLocaleString()}`,
            ])}
          />
        </Card>
      )}
    </div>
  );
});

function Verdict({ view: { webhook } }: { view: WebhookPageData }) {
  const trouble = troubleOf(webhook);
  return (
    <section className={`bo-verdict ${trouble ? 'failed' : 'delivered'}`}>
      <p><State value={webhook.deletedAt ? 'DELETED' : webhook.status} /> {webhook.circuitState !== 'CLOSED' && <State value={webhook.circuitState} />} <strong>{webhook.name}</strong></p>
      <p>{trouble ?? 'It is active and answers.'} {webhook.failingSince && <>Every attempt has failed since <Time at={webhook.failingSince} />.</>}</p>
    </section>
  );
} // prettier-ignore

function troubleOf(webhook: WebhookPageData['webhook']): string | null {
  if (webhook.deletedAt) return 'The customer deleted it.';
  if (webhook.status === 'DISABLED') return `We disabled it: ${webhook.disabledReason ?? 'no reason is known'}. Once their endpoint works, activate it and replay what failed and what it missed.`;
  if (webhook.status === 'PAUSED') return 'It is paused: nothing is sent. Once it is active again, replay what it missed.';
  if (webhook.circuitState !== 'CLOSED') return 'Its circuit is open: their endpoint kept failing, so we only probe it now and then.';
  return webhook.failingSince ? 'It is active, but fails.' : null;
} // prettier-ignore

function limitsOf(webhook: WebhookPageData['webhook']): string {
  const limits = [
    webhook.maxConcurrency === null ? null : `${webhook.maxConcurrency} at the same time`,
    webhook.rateLimitPerSecond === null ? null : `${webhook.rateLimitPerSecond} a second`,
  ];
  return limits.filter(Boolean).join(', ') || 'as the engine sees fit';
}
