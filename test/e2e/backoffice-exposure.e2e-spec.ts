import type { ActionRules } from '../../apps/backoffice/src/adminjs/admin-routes';
import { ACTION_RULES } from '../../apps/backoffice/src/adminjs/backoffice.loader';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import {
  createAccount,
  createWebhook,
  ensureBuilt,
  recordDelivery,
  startApp,
  type TestApp,
} from '../support';
import { createStaff, StaffClient, type StaffMember } from '../support/backoffice';

/** Each is stored where the comment says, and must reach no VIEWER. */
const MARKERS = {
  transcriptText: 'MARKERtranscripttext',
  messageText: 'MARKERmessagetext',
  messageMetadata: 'MARKERmessagemetadata',
  fromNumber: '4155550188',
  toNumber: '2071838799',
  title: 'MARKERtitle',
  endReason: 'MARKERendreason',
  agentName: 'MARKERagentname',
  callMetadataKey: 'MARKERcallmetadatakey',
  callMetadataValue: 'MARKERcallmetadatavalue',
  summary: 'MARKERsummary',
  recording: 'MARKERrecording',
  collectedKey: 'MARKERcollectedkey',
  collectedValue: 'MARKERcollectedvalue',
  evaluationName: 'MARKERevaluationname',
  rationale: 'MARKERrationale',
  task: 'MARKERtask',
  idempotencyKey: 'MARKERidempotencykey',
  unknownSection: 'MARKERunknownsection',
  urlToken: 'MARKERurltoken',
  urlPath: 'MARKERurlpath',
  slackToken: 'MARKERslacktoken',
  secret: 'MARKERsecret',
  customHeader: 'MARKERcustomheader',
  requestHeader: 'MARKERrequestheader',
  signature: 'MARKERsignature',
  requestUrlToken: 'MARKERrequesturltoken',
  responseBody: 'MARKERresponsebody',
  responseHeaderName: 'markerresponseheadername',
  responseHeaderValue: 'MARKERresponseheadervalue',
  location: 'MARKERlocation',
  errorText: 'MARKERerrortext',
  disabledReason: 'MARKERdisabledreason',
  sealed: 'MARKERsealed',
  idempotentAnswer: 'MARKERidempotentanswer',
  auditReason: 'MARKERauditreason',
  auditDetails: 'MARKERauditdetails',
  passwordHash: 'scrypt$',
} as const;

const ADMINJS_ACTIONS = [
  'list',
  'search',
  'show',
  'edit',
  'new',
  'delete',
  'bulkDelete',
  'reveal',
  'add',
  'x',
];

describe('what a VIEWER can get from the backoffice', () => {
  let app: TestApp;
  let viewer: StaffMember;
  let client: StaffClient;
  let ids: Record<string, string[]>;
  let redirected: string;
  const received: { path: string; text: string; status: number }[] = [];

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
    const { id: accountId } = await createAccount(app, 'Acme Solar');
    const webhook = await createWebhook(app, accountId, {
      name: 'CRM',
      url: `https://hooks.acme.example/${MARKERS.urlPath}/in?token=${MARKERS.urlToken}`,
      secret: `${MARKERS.secret}-which-is-long-enough`,
      headers: { 'X-Api-Key': MARKERS.customHeader },
    });
    const slack = await createWebhook(app, accountId, {
      url: `https://hooks.slack.com/services/T0/B0/${MARKERS.slackToken}`,
    });
    const nested = await recordDelivery(app.database, { accountId, webhookId: webhook.id, status: 'FAILED' });
    const flat = await recordDelivery(app.database, { accountId, webhookId: slack.id, status: 'FAILED' });
    redirected = nested.deliveryId;
    await plant(accountId, webhook.id);
    viewer = await createStaff(app, 'VIEWER');
    client = await StaffClient.signedIn(app, viewer);
    const one = async (table: string): Promise<string> =>
      (await app.database.query<{ id: string }>(`select id from ${table} order by id desc limit 1`))[0].id;
    ids = {
      accounts: [accountId],
      webhooks: [webhook.id, slack.id],
      deliveries: [nested.deliveryId, flat.deliveryId],
      attempts: [`${nested.deliveryId}.1`, `${flat.deliveryId}.1`],
      events: [nested.eventId, flat.eventId],
      'api-keys': [`key_${await one('api_keys')}`],
      audit: [`aud_${await one('audit_entries')}`],
      staff: [viewer.id],
    };
  }, 120_000);
  afterAll(() => app?.close());

  async function plant(accountId: string, webhookId: string): Promise<void> {
    const data = {
      call: {
        id: 'call_visible', title: MARKERS.title, status: 'completed', direction: 'outgoing', durationSeconds: 93.5,
        startedAt: '2026-11-23T10:00:00.000Z', finishedAt: null, endReason: `said ${MARKERS.endReason}`,
        metadata: { [MARKERS.callMetadataKey]: MARKERS.callMetadataValue },
      },
      agent: { id: 'agt_9', name: MARKERS.agentName },
      phoneNumbers: { from: `+1${MARKERS.fromNumber}`, to: `+44${MARKERS.toNumber}` },
      transcript: {
        text: MARKERS.transcriptText,
        messages: [{ role: 'agent', text: MARKERS.messageText, startSeconds: 0.4, endSeconds: 2.1, metadata: { tone: MARKERS.messageMetadata, emotion: null, language: 'en' } }],
      },
      summaries: { full: MARKERS.summary, short: MARKERS.summary },
      recording: { url: `https://storage.example/${MARKERS.recording}` },
      dataCollected: { [MARKERS.collectedKey]: MARKERS.collectedValue },
      evaluationResults: [{ name: MARKERS.evaluationName, result: true, rationale: MARKERS.rationale }],
      tasks: [{ title: MARKERS.task, description: null, dueAt: null, assignee: null }],
      sectionOfLater: { note: MARKERS.unknownSection },
    }; // prettier-ignore
    const query: typeof app.database.query = (...statement) => app.database.query(...statement);
    await query('update events set data = $1, idempotency_key = $2 || id', [JSON.stringify(data), MARKERS.idempotencyKey]); // prettier-ignore
    await query(`update deliveries set format = 'ZAPIER' where webhook_id <> $1`, [webhookId.slice(4)]);
    await query(
      `update attempts set request_url = $1, request_headers = $2, response_headers = $3, response_body = $4, error_text = $5,
         status_code = 301, outcome = 'HTTP_ERROR', error_code = 'HTTP_301'`,
      [
        `https://hooks.acme.example/in?token=${MARKERS.requestUrlToken}`,
        JSON.stringify({ 'Content-Type': 'application/json', 'X-Own': MARKERS.requestHeader, 'X-Webhook-Signature': MARKERS.signature }),
        JSON.stringify({
          location: `https://user:${MARKERS.location}@www.acme.example/${MARKERS.location}?token=${MARKERS.location}`,
          [MARKERS.responseHeaderName]: MARKERS.responseHeaderValue,
          'set-cookie': MARKERS.responseHeaderValue,
        }),
        MARKERS.responseBody,
        MARKERS.errorText,
      ],
    ); // prettier-ignore
    await query(`update deliveries set last_outcome = 'HTTP_ERROR', last_status_code = 301`);
    await query(
      `update webhooks set failing_since = now(), circuit_state = 'OPEN',
         sealed_secrets = sealed_secrets || jsonb_build_array(jsonb_build_object('sealed', $2::text)),
         disabled_reason = $3, status = case when id = $1 then 'DISABLED' else status end`,
      [webhookId.slice(4), MARKERS.sealed, `It moved to https://x.example/${MARKERS.disabledReason}`],
    );
    await query(
      `insert into idempotent_answers (account_id, key, fingerprint, status_code, sealed_body) values ($1, $2, $3, 201, $2)`,
      [accountId.slice(4), MARKERS.idempotentAnswer, Buffer.from(MARKERS.idempotentAnswer)],
    );
    await query(
      `insert into audit_entries (id, created_at, account_id, actor_kind, actor_id, action, subject, reason, details)
       values (gen_random_uuid(), now(), $1, 'staff', 'stf_x', 'webhook.update', 'whk_x', $2, $3)`,
      [accountId.slice(4), MARKERS.auditReason, JSON.stringify({ note: MARKERS.auditDetails })],
    );
    await query(
      `insert into replays (id, account_id, webhook_id, which, since, until, status, phase, count, queued, created_at, finished_at, end_reason)
       select gen_random_uuid(), $1, $2, 'failed', now(), now(), 'FAILED', phase, 1, 0, now(), now(), $3
       from (select 'DONE'::text as phase) as x`,
      [accountId.slice(4), webhookId.slice(4), `It moved to https://x.example/${MARKERS.disabledReason}`],
    ).catch(() => undefined);
  }

  const take = async (path: string, post = false): Promise<void> => {
    const answer = post
      ? await client.post(path.replace('/admin/api', ''), { reason: '' })
      : await client.get(path);
    const headers = [...answer.headers.entries()].join('\n');
    received.push({
      path: `${post ? 'POST' : 'GET'} ${path}`,
      text: `${answer.text}\n${headers}`,
      status: answer.status,
    });
  };

  it('should contain no planted value, whatever route, action, list, search, or page is asked for', async () => {
    const rules = app.get<ActionRules>(ACTION_RULES);
    const actions = new Set([...rules.keys()].map((name) => name.split('/')[1]).concat(ADMINJS_ACTIONS));
    for (const path of ['', '/pages/find', '/api/dashboard', '/api/dashboard?range=week', '/api/pages/find', '/security', '/security/two-factor', '/security/sessions', '/password'])
      await take(`/admin${path}`);
    for (const query of ['Acme', 'call_visible', 'CRM', 'hooks.acme.example', 'hooks.slack.com', ...Object.values(ids).flat()])
      await take(`/admin/api/pages/find?q=${encodeURIComponent(query)}`);
    for (const [resource, records] of Object.entries(ids)) {
      await take(`/admin/resources/${resource}`);
      for (const query of ['', '?perPage=500', '?sortBy=url', '?filters.accountId=' + ids['accounts'][0], '?filters.status=FAILED', '?filters.id=' + records[0]])
        await take(`/admin/api/resources/${resource}/actions/list${query}`);
      for (const search of ['a', 'C', 'call', 'call_visible?searchProperty=callId', 'h?searchProperty=url', 'x?searchProperty=idempotencyKey'])
        for (const route of [`/search/${search}`, `/actions/search/${search}`]) await take(`/admin/api/resources/${resource}${route}`);
      for (const action of actions) {
        await take(`/admin/resources/${resource}/actions/${action}`);
        await take(`/admin/api/resources/${resource}/actions/${action}`);
        await take(`/admin/api/resources/${resource}/actions/${action}`, true);
        for (const id of records) {
          await take(`/admin/resources/${resource}/records/${id}/${action}`);
          await take(`/admin/api/resources/${resource}/records/${id}/${action}`);
          await take(`/admin/api/resources/${resource}/records/${id}/${action}`, true);
        }
        await take(`/admin/resources/${resource}/bulk/${action}?recordIds=${records.join(',')}`);
        await take(`/admin/api/resources/${resource}/bulk/${action}?recordIds=${records.join(',')}`);
        await take(`/admin/api/resources/${resource}/bulk/${action}?recordIds=${records.join(',')}`, true);
      }
    }
    const leaks = Object.entries(MARKERS).flatMap(([name, marker]) =>
      received.filter(({ text }) => text.includes(marker)).slice(0, 2).map(({ path }) => `${name}: ${path}`),
    );
    expect(leaks).toEqual([]);
    expect(received.filter(({ status }) => status >= 500)).toEqual([]);
    expect(received.length).toBeGreaterThan(1_000);
    // What the pages are for is still there.
    for (const visible of ['Acme Solar', 'call_visible', 'CRM', 'https://hooks.acme.example/…', 'Answered 301: redirect'])
      expect([visible, received.some(({ text }) => text.includes(visible))]).toEqual([visible, true]);
  }, 300_000); // prettier-ignore

  it('should show what is hidden only after an audited reveal, and secrets not even then', async () => {
    const hidden = await client.api(`/resources/deliveries/records/${redirected}/show`);
    expect(hidden.json.record.params.view).toMatchObject({ isMasked: true });
    const { text } = await client.post(`/resources/deliveries/records/${redirected}/reveal`, { reason: 'ticket 4711' }); // prettier-ignore
    for (const shown of [
      'transcriptText',
      'fromNumber',
      'responseBody',
      'requestUrlToken',
      'location',
    ] as const)
      expect([shown, text.includes(MARKERS[shown])]).toEqual([shown, true]);
    for (const never of ['secret', 'customHeader', 'sealed', 'slackToken', 'passwordHash'] as const)
      expect([never, text.includes(MARKERS[never])]).toEqual([never, false]);
    const rows = await app.database.query(`select actor_id, subject, reason from audit_entries where action = 'personal-data.reveal'`); // prettier-ignore
    expect(rows).toEqual([{ actor_id: viewer.id, subject: redirected, reason: 'ticket 4711' }]);
  });

  it('should not find webhooks by a part of the URL that is hidden, neither in the box nor by a filter', async () => {
    for (const part of ['MARKERurlp', `hooks.acme.example/${MARKERS.urlPath}`, 'token=MARKER', MARKERS.slackToken]) {
      const found = await client.api(`/pages/find?q=${encodeURIComponent(part)}`);
      expect([part, found.json.found]).toEqual([part, []]);
      const listed = await client.api(`/resources/webhooks/actions/list?filters.url=${encodeURIComponent(part)}`);
      expect([part, listed.json.records]).toEqual([part, []]);
    }
    expect((await client.api('/pages/find?q=hooks.acme.example')).json.leadsTo).toContain(ids['webhooks'][0]);
    const whole = encodeURIComponent(`https://hooks.acme.example/${MARKERS.urlPath}/in?token=${MARKERS.urlToken}`);
    expect((await client.api(`/pages/find?q=${whole}`)).json.leadsTo).toContain(ids['webhooks'][0]);
  }); // prettier-ignore

  it('should filter by no column that the lists do not show', async () => {
    for (const [resource, filter] of [['webhooks', 'sealedSecrets'], ['webhooks', 'sealedHeaders'], ['webhooks', 'disabledReason'], ['accounts', 'retentionDays'], ['api-keys', 'hash']]) {
      const all = (await client.api(`/resources/${resource}/actions/list`)).json.records.length;
      const filtered = await client.api(`/resources/${resource}/actions/list?filters.${filter}=MARKER`);
      expect([resource, filter, filtered.json.records.length]).toEqual([resource, filter, all]);
    }
  }); // prettier-ignore

  it('should write down each search by a phone number, without the number', async () => {
    for (const query of [`+1 (415) 555-0188`, `0${MARKERS.toNumber}`]) {
      const answer = await client.api(`/pages/find?q=${encodeURIComponent(query)}`);
      expect(answer.status).toBe(200);
    }
    const rows = await app.database.query<{ actor_id: string; subject: string; details: object }>(
      `select actor_id, subject, details from audit_entries where action = 'personal-data.search' order by id`,
    );
    expect(rows).toEqual([
      expect.objectContaining({ actor_id: viewer.id, subject: '••••88' }),
      expect.objectContaining({ actor_id: viewer.id, subject: '••••99' }),
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/5550188|1838799/);
  });

  it('should find nobody by phone number when that cannot be written down', async () => {
    await app.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
    );
    await app.database.query(
      'create trigger refuse before insert on audit_entries for each row execute function refuse()',
    );
    const answer = await client.api(`/pages/find?q=${encodeURIComponent('+14155550188')}`);
    expect([answer.status, answer.text.includes('call_visible')]).toEqual([500, false]);
    const reveal = await client.post(`/resources/deliveries/records/${redirected}/reveal`, { reason: 'ticket 4711' }); // prettier-ignore
    expect([reveal.status, reveal.text.includes(MARKERS.transcriptText)]).toEqual([500, false]);
  });
});
