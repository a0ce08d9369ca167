import type { Config } from '@app/platform';
import type { Demo } from './demo/demo-account';

/**
 * What `npm start` prints once everything runs.
 * @param isFirstLoginOpen whether nobody has replaced the first password yet; after that it is not printed any more.
 */
export function welcome(config: Config, demo: Demo, isFirstLoginOpen: boolean): string {
  const base = baseUrl(config);
  const rows: [string, string][] = [
    ['API', `${base}/v1`],
    ['API docs', `${base}/docs`],
    ['Inspector', `${base}/inspector   shows what webhooks receive`],
    ['Dashboard', `${base}/inspector/dashboard   opens the demo account's, signed in`],
    ['Backoffice', `${base}/admin`],
    ...(isFirstLoginOpen
      ? ([['  first login', `${config.ADMIN_EMAIL}  ${config.ADMIN_PASSWORD}`]] as [string, string][])
      : []),
    ['Demo API key', demo.apiKey],
    ['Demo account', demo.accountId],
    ['Publisher token', config.PUBLISHER_TOKEN],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    `SkipCalls webhooks is running${demo.isNew ? '' : `, with the data of earlier starts (${config.DATA_DIR})`}`,
    '',
    ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    '',
    'Publish a call, and watch it arrive in the inspector:',
    '',
    publishCommand(config, demo.accountId),
    '',
    ...(demo.obstacle ? [`Note: the inspector will get nothing: ${demo.obstacle}`, ''] : []),
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/** One curl line that publishes a finished call of an account. */
export function publishCommand(config: Config, accountId: string): string {
  const event = {
    accountId,
    type: 'CALL_COMPLETED',
    data: {
      call: {
        id: 'call_1',
        title: 'Follow-up with Ada',
        status: 'completed',
        startedAt: '2026-11-23T10:00:00Z',
      },
      phoneNumbers: { from: '+14155550100', to: '+442071838750' },
      transcript: { messages: [{ role: 'agent', text: 'Hello Ada!' }] },
      dataCollected: { budget: 5000, interests: ['solar', 'battery'] },
    },
  };
  return (
    `curl -sS ${baseUrl(config)}/internal/v1/events -H 'Authorization: Bearer ${config.PUBLISHER_TOKEN}' ` +
    `-H 'Content-Type: application/json' -d '${JSON.stringify(event)}'`
  );
}

function baseUrl(config: Config): string {
  return config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
}
