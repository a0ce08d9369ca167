import type { ActionRules } from '../../apps/backoffice/src/adminjs/admin-routes';
import { ACTION_RULES } from '../../apps/backoffice/src/adminjs/backoffice.loader';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { may, ROLES, type Role } from '../../apps/backoffice/src/staff/permissions';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { PhoneIndex } from '@app/events';
import {
  behaviours,
  callData,
  createAccount,
  createWebhook,
  ensureBuilt,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { createStaff, StaffClient, type StaffMember } from '../support/backoffice';

const SECRET = 'whsec_bm9ib2R5IGV2ZXIgc2VlcyB0aGlzIHNlY3JldA==';
const HEADER_VALUE = 'token-that-nobody-sees';
const SPOKEN = 'my card number is four one one one';
const NUMBER = '+442071838750';

/** Everything that the server answers is asked for by each role: what the pages show is a matter of convenience only. */
describe('what each role may do in the backoffice', () => {
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;
  let webhookId: string;
  let deliveryId: string;
  let eventId: string;
  let people: Record<Role, StaffMember>;
  let as: Record<Role, StaffClient>;
  let idOf: Record<string, string>;

  const audit = (action: string) =>
    app.database.query<{ actor_id: string; subject: string; reason: string | null; details: unknown }>(
      'select actor_id, subject, reason, details from audit_entries where action = $1 order by id desc',
      [action],
    );
  const one = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row> =>
    (await app.database.query<Row & Record<string, unknown>>(text, values))[0];
  const webhook = () =>
    one<{
      status: string;
      circuit_state: string;
      max_concurrency: number | null;
      sealed_secrets: { sealed: string }[];
    }>('select * from webhooks where id = $1', webhookId.slice(4));
  const act = (role: Role, resource: string, action: string, body: object = {}) =>
    as[role].post(`/resources/${resource}/records/${idOf[resource]}/${action}`, {
      reason: 'ticket 4711',
      ...body,
    });

  async function publish(changes: object = {}): Promise<string> {
    const data = callData({
      phoneNumbers: { from: '+14155550100', to: NUMBER },
      transcript: { text: SPOKEN, messages: [] },
      ...changes,
    });
    const answer = await app
      .http(PUBLISHER_TOKEN)
      .post('/internal/v1/events', eventInput(accountId, { data }));
    return (answer.body as { id: string }).id;
  }

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [DispatcherModule, BackofficeModule] });
    receiver = (await Receiver.start()).answer(behaviours.status(500));
    accountId = (await createAccount(app, 'Acme Solar')).id;
    const made = await createWebhook(app, accountId, {
      url: receiver.url(),
      secret: SECRET,
      headers: { 'X-Token': HEADER_VALUE },
    });
    webhookId = made.id;
    eventId = await publish();
    const delivery = await eventually(
      async () => {
        const row = await one<{ id: string; status: string }>(
          'select * from deliveries where event_id = $1',
          eventId.slice(4),
        );
        if (row?.status !== 'FAILED') throw new Error(`The delivery is ${JSON.stringify(row)}`);
        return row;
      },
      { withinMs: 30_000 },
    );
    deliveryId = `dlv_${delivery.id}`;
    people = {
      VIEWER: await createStaff(app, 'VIEWER'),
      SUPPORT: await createStaff(app, 'SUPPORT'),
      ADMIN: await createStaff(app, 'ADMIN'),
    };
    as = {
      VIEWER: await StaffClient.signedIn(app, people.VIEWER),
      SUPPORT: await StaffClient.signedIn(app, people.SUPPORT),
      ADMIN: await StaffClient.signedIn(app, people.ADMIN),
    };
    const { id: key } = await one<{ id: string }>(
      'select id from api_keys where account_id = $1',
      accountId.slice(4),
    );
    const { id: entry } = await one<{ id: string }>('select id from audit_entries limit 1');
    await app
      .http(PUBLISHER_TOKEN)
      .post('/internal/v1/events', { accountId, type: 'CALL_COMPLETED', data: {} });
    const rejection = await eventually(async () => {
      const row = await one<{ id: string }>('select id from rejected_publications limit 1');
      if (row === undefined) throw new Error('The rejection is not stored yet');
      return row;
    });
    idOf = {
      accounts: accountId,
      webhooks: webhookId,
      deliveries: deliveryId,
      events: eventId,
      attempts: `${deliveryId}.1`,
      'api-keys': `key_${key}`,
      audit: `aud_${entry}`,
      rejections: `rej_${rejection.id}`,
      staff: people.VIEWER.id,
    };
  }, 120_000);
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  describe.each(ROLES)('%s', (role) => {
    it('should get 403 for every action that the role is not for, and for no other', async () => {
      const rules = app.get<ActionRules>(ACTION_RULES);
      expect(rules.size).toBeGreaterThan(35);
      for (const [name, { permission }] of rules) {
        const [resource, action] = name.split('/') as [string, string];
        const isListed = action === 'list' || action === 'search';
        // Without a reason an action that is allowed stops at its form, and changes nothing.
        const byRecord = `/resources/${resource}/records/${idOf[resource]}/${action}`;
        const asked =
          action === 'retrySelected' ? await as[role].post(`/resources/${resource}/bulk/${action}?recordIds=${deliveryId}`, {})
          : action === 'add' ? await as[role].post(`/resources/${resource}/actions/${action}`, {})
          : isListed ? await as[role].api(`/resources/${resource}/actions/${action}`)
          : action === 'show' ? await as[role].api(byRecord)
          : await as[role].post(byRecord, {}); // prettier-ignore
        const allowed = may(role, permission);
        const status = allowed ? (isListed || action === 'show' ? [200] : [200, 400, 409]) : [403];
        expect({ name, status: asked.status }).toEqual({
          name,
          status: status.includes(asked.status) ? asked.status : status,
        });
        if (asked.status === 403) expect(asked.text).not.toMatch(/Acme|http:/);
      }
    });

    it('should get 403 for what AdminJS could do by itself', async () => {
      for (const [resource, id] of Object.entries(idOf)) {
        for (const action of ['edit', 'delete', 'new', 'bulkDelete']) {
          for (const path of [
            `/resources/${resource}/records/${id}/${action}`,
            `/resources/${resource}/actions/${action}`,
            `/resources/${resource}/bulk/${action}?recordIds=${id}`,
          ]) {
            expect([path, (await as[role].api(path)).status]).toEqual([path, 403]);
            expect([path, (await as[role].post(path, { name: 'x', role: 'ADMIN' })).status]).toEqual([
              path,
              403,
            ]);
          }
        }
      }
    });

    it('should never see a secret, a key’s hash or a password’s', async () => {
      const [{ sealed }] = (await webhook()).sealed_secrets;
      for (const [resource, id] of Object.entries(idOf)) {
        for (const path of [
          `/resources/${resource}/records/${id}/show`,
          `/resources/${resource}/actions/list`,
          `/resources/${resource}/actions/search/a`,
        ]) {
          const { text } = await as[role].api(path);
          for (const hidden of [
            SECRET,
            sealed,
            HEADER_VALUE,
            'scrypt$',
            'sealedSecrets',
            'passwordHash',
            '"hash"',
          ])
            expect(text).not.toContain(hidden);
        }
      }
      expect((await as[role].get('/admin')).text).not.toContain('scrypt$');
    });
  });

  it('should change nothing by GET, whoever asks', async () => {
    const before = await webhook();
    const { count } = await one<{ count: string }>('select count(*) from audit_entries');
    for (const action of [
      'sendTest',
      'pause',
      'resetCircuit',
      'retryFailed',
      'replay',
      'rotateSecret',
      'changeLimits',
    ]) {
      await as.ADMIN.api(`/resources/webhooks/records/${webhookId}/${action}?reason=ticket+4711`);
    }
    for (const [resource, action] of [['deliveries', 'retry'], ['events', 'expunge'], ['events', 'reveal'], ['deliveries', 'reveal'], ['api-keys', 'revoke'], ['staff', 'disable'], ['staff', 'resetPassword']]) {
      await as.ADMIN.api(`/resources/${resource}/records/${idOf[resource]}/${action}?reason=ticket+4711`);
    } // prettier-ignore
    expect(await webhook()).toEqual(before);
    expect((await one<{ count: string }>('select count(*) from audit_entries')).count).toBe(count);
    expect(await one('select count(*)::int as wishes from manual_attempts')).toEqual({ wishes: 0 });
  });

  it('should list rejected publications with what was wrong, and change none of them', async () => {
    await app.database.query(
      `insert into rejected_publications (id, idempotency_key, source, code, errors, created_at)
       values (uuid_generate_v7(), 'call_1/completed', 'http', 'validation_failed',
               '[{"path": "data.call.id", "message": "is required"}, {"path": "", "message": "is wrong"}]', now())`,
    );
    const { status, text } = await as.VIEWER.api('/resources/rejections/actions/list');
    const [{ id, params }] = JSON.parse(text).records;
    expect(status).toBe(200);
    expect(params).toMatchObject({ idempotencyKey: 'call_1/completed', source: 'http', errors: 'data.call.id: is required\nis wrong' }); // prettier-ignore
    expect((await as.VIEWER.api(`/resources/rejections/records/${id}/show`)).status).toBe(200);
    for (const action of ['edit', 'delete'])
      expect([403, 404]).toContain(
        (await as.ADMIN.api(`/resources/rejections/records/${id}/${action}`)).status,
      );
    expect(
      (await as.VIEWER.api('/resources/rejections/actions/list?filters.source=queue')).json.records,
    ).toEqual([]);
  });

  it('should hide phone numbers, transcript and answers from a VIEWER, and not from SUPPORT', async () => {
    for (const [resource, id] of [['events', eventId], ['deliveries', deliveryId], ['attempts', `${deliveryId}.1`]]) {
      const path = `/resources/${resource}/records/${id}/show`;
      const { text } = await as.VIEWER.api(path);
      expect(text).not.toContain(SPOKEN);
      expect(text).not.toContain(NUMBER);
      expect(JSON.parse(text).record.params.view.isMasked).toBe(true);
      expect((await as.SUPPORT.api(path)).text).toContain(SPOKEN);
    } // prettier-ignore
  });

  it('should show them to a VIEWER who says why, and write that down', async () => {
    for (const [resource, id] of [
      ['events', eventId],
      ['deliveries', deliveryId],
    ]) {
      const path = `/resources/${resource}/records/${id}/reveal`;
      const refused = await as.VIEWER.post(path, { reason: ' ' });
      expect(refused.status).toBe(400);
      expect(refused.text).not.toContain(SPOKEN);
      expect((await as.VIEWER.post(path, { reason: 'ticket 4711' })).text).toContain(SPOKEN);
      expect((await audit('personal-data.reveal'))[0]).toMatchObject({
        actor_id: people.VIEWER.id,
        subject: id,
        reason: 'ticket 4711',
      });
    }
  });

  it('should want a reason for what a customer will notice', async () => {
    const answer = await act('SUPPORT', 'webhooks', 'pause', { reason: '' });
    expect([answer.status, answer.json.failed.errors[0].path]).toEqual([400, 'reason']);
    expect((await webhook()).status).toBe('ACTIVE');
  });

  it('should pause and activate a webhook, and say who and why', async () => {
    expect((await act('SUPPORT', 'webhooks', 'pause')).json.done.said).toBe('It is paused.');
    expect((await webhook()).status).toBe('PAUSED');
    expect((await act('SUPPORT', 'webhooks', 'pause')).status).toBe(409);
    expect((await act('SUPPORT', 'webhooks', 'activate')).status).toBe(200);
    expect((await webhook()).status).toBe('ACTIVE');
    expect((await audit('webhook.update')).slice(0, 2)).toEqual([
      expect.objectContaining({ actor_id: people.SUPPORT.id, subject: webhookId, reason: 'ticket 4711' }),
      expect.objectContaining({ actor_id: people.SUPPORT.id, subject: webhookId, reason: 'ticket 4711' }),
    ]);
  });

  it('should rotate a secret to one that nobody is shown', async () => {
    const before = (await webhook()).sealed_secrets;
    const answer = await act('SUPPORT', 'webhooks', 'rotateSecret', { overlapHours: '0' });
    expect(answer.json.done.said).toMatch(/rotated/);
    expect(answer.text).not.toMatch(/whsec_/);
    expect((await webhook()).sealed_secrets).not.toEqual(before);
    expect((await act('SUPPORT', 'webhooks', 'rotateSecret', { overlapHours: '9999' })).status).toBe(400);
    expect((await audit('webhook.rotate-secret'))[0]).toMatchObject({
      actor_id: people.SUPPORT.id,
      reason: 'ticket 4711',
    });
  });

  it('should change limits as ADMIN only', async () => {
    expect((await act('SUPPORT', 'webhooks', 'changeLimits', { maxConcurrency: '3' })).status).toBe(403);
    expect(
      (await act('ADMIN', 'webhooks', 'changeLimits', { maxConcurrency: '3', rateLimitPerSecond: '' }))
        .status,
    ).toBe(200);
    expect((await webhook()).max_concurrency).toBe(3);
  });

  it('should reset an open circuit', async () => {
    await app.database.query(
      `update webhooks set circuit_state = 'OPEN', circuit_changed_at = now() where id = $1`,
      [webhookId.slice(4)],
    );
    expect((await act('SUPPORT', 'webhooks', 'resetCircuit')).status).toBe(200);
    expect((await webhook()).circuit_state).toBe('CLOSED');
    expect((await audit('webhook.reset-circuit'))[0]).toMatchObject({
      actor_id: people.SUPPORT.id,
      reason: 'ticket 4711',
    });
  });

  it('should send a test, and lead to its delivery', async () => {
    receiver.answer(behaviours.ok);
    const answer = await act('SUPPORT', 'webhooks', 'sendTest', { eventType: 'CALL_FAILED' });
    expect(answer.json.done.said).toBe('The test was sent.');
    const id = /records\/(dlv_[\w-]+)\/show/.exec(answer.json.done.leadsTo.path)![1];
    const page = await as.SUPPORT.api(`/resources/deliveries/records/${id}/show`);
    expect(page.json.record.params.view.explanation.short).toBe('Delivered, answered 200');
  });

  it('should retry those that were ticked, and all that failed since a time', async () => {
    receiver.answer(behaviours.status(503));
    const more = [await publish(), await publish()];
    const failed = async (n: number) => {
      const rows = await app.database.query<{ id: string }>(
        `select id from deliveries where failed_at is not null and account_id = $1`,
        [accountId.slice(4)],
      );
      if (rows.length !== n) throw new Error(`${rows.length} have failed`);
      return rows.map(({ id }) => `dlv_${id}`);
    };
    const ids = await eventually(() => failed(3), { withinMs: 30_000 });
    receiver.answer(behaviours.ok);
    const answer = await as.SUPPORT.post(
      `/resources/deliveries/bulk/retrySelected?recordIds=${ids.slice(0, 2).join(',')}`,
      { reason: 'ticket 4711' },
    );
    expect(answer.json.done.said).toMatch(/^2 deliveries are being sent again/);
    await eventually(() => failed(1), { withinMs: 30_000 });
    expect(
      (await audit('delivery.retry'))
        .slice(0, 2)
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(ids.slice(0, 2).sort());
    const since = new Date(Date.now() - 3_600_000).toISOString();
    expect((await act('SUPPORT', 'webhooks', 'retryFailed', { since })).json.done.said).toMatch(
      /^1 call is being sent again/,
    );
    await eventually(() => failed(0), { withinMs: 30_000 });
    expect(more).toHaveLength(2);
    expect((await audit('webhook.replay'))[0]).toMatchObject({
      actor_id: people.SUPPORT.id,
      reason: 'ticket 4711',
    });
  }, 60_000);

  it('should find a call by its phone number however it is written, until its payload is expunged', async () => {
    const id = await publish({ phoneNumbers: { from: '+14155550100', to: '+4930901820' } });
    const find = async (query: string) =>
      (await as.VIEWER.api(`/pages/find?q=${encodeURIComponent(query)}`)).json;
    const before = await find('030 / 901 820');
    expect(before.leadsTo).toBe(`/admin/resources/events/records/${id}/show`);
    // So far it was looked for among the newest events; from now on it stands in the index, as a hash.
    await app.get(PhoneIndex).catchUp(new Date(Date.now() + 60_000));
    const indexed = () =>
      one<{ count: number }>(
        'select count(*)::int as count from event_phones where event_id = $1',
        id.slice(4),
      );
    expect(await indexed()).toEqual({ count: 2 });
    expect((await find('0049-30-901820')).leadsTo).toBe(before.leadsTo);
    idOf['events'] = id;
    expect((await act('VIEWER', 'events', 'expunge')).status).toBe(403);
    expect((await act('SUPPORT', 'events', 'expunge')).json.done.said).toBe('The payload is gone.');
    expect(await find('+49 30 901820')).toMatchObject({ found: [], leadsTo: null });
    expect(await indexed()).toEqual({ count: 0 });
    const shown = (await as.SUPPORT.api(`/resources/events/records/${id}/show`)).json.record.params.view;
    expect(shown).toMatchObject({ data: null, from: null, to: null });
    expect((await audit('event.expunge'))[0]).toMatchObject({
      actor_id: people.SUPPORT.id,
      subject: id,
      reason: 'ticket 4711',
    });
  });

  it('should revoke a key as ADMIN only', async () => {
    expect((await act('SUPPORT', 'api-keys', 'revoke')).status).toBe(403);
    expect((await act('ADMIN', 'api-keys', 'revoke')).json.done.said).toBe('The key is revoked.');
    expect((await audit('api-key.revoke'))[0]).toMatchObject({
      actor_id: people.ADMIN.id,
      reason: 'ticket 4711',
    });
    expect((await act('ADMIN', 'api-keys', 'revoke')).status).toBe(409);
  });

  it('should let an ADMIN add somebody, whose password is shown once', async () => {
    const input = {
      email: 'Ada@SkipCalls.test',
      name: 'Ada Lovelace',
      role: 'VIEWER',
      reason: 'new colleague',
    };
    const answer = await as.ADMIN.post('/resources/staff/actions/add', input);
    const { value } = answer.json.done.shownOnce;
    const client = new StaffClient(app);
    await client.signIn('ada@skipcalls.test', value);
    expect((await client.get('/admin')).headers.get('location')).toBe('/admin/password');
    expect((await as.ADMIN.post('/resources/staff/actions/add', input)).status).toBe(409);
    expect(
      (
        await as.ADMIN.post('/resources/staff/actions/add', {
          ...input,
          email: 'b@skipcalls.test',
          name: '</script>',
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await as.ADMIN.post('/resources/staff/actions/add', {
          ...input,
          email: 'b@skipcalls.test',
          role: 'OWNER',
        })
      ).status,
    ).toBe(400);
    expect(JSON.stringify(await audit('staff.add'))).not.toContain(value);
  });

  it('should make somebody’s new role count at once, in the session they have', async () => {
    const who = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, who);
    expect((await client.api('/resources/staff/actions/list')).status).toBe(200);
    await as.ADMIN.post(`/resources/staff/records/${who.id}/changeRole`, {
      role: 'VIEWER',
      reason: 'moved team',
    });
    expect((await client.api('/resources/staff/actions/list')).status).toBe(403);
  });

  it('should not lose the last administrator', async () => {
    await app.database.query(`update staff_users set disabled_at = now() where role = 'ADMIN' and id <> $1`, [
      people.ADMIN.id.slice(4),
    ]);
    const refused = await as.ADMIN.post(`/resources/staff/records/${people.ADMIN.id}/disable`, {
      reason: 'by mistake',
    });
    expect([refused.status, refused.json.failed.detail]).toEqual([
      409,
      'This is the last administrator. Make somebody else one first.',
    ]);
    expect(
      (
        await as.ADMIN.post(`/resources/staff/records/${people.ADMIN.id}/changeRole`, {
          role: 'VIEWER',
          reason: 'by mistake',
        })
      ).status,
    ).toBe(409);
  });

  it('should answer 404 for what is not there, and never a 500, however odd the input', async () => {
    const odd = ['x', '..%2F..', 'dlv_x', "'", '%00', 'dlv_00000000-0000-7000-8000-000000000000'];
    for (const id of odd)
      expect([id, (await as.ADMIN.api(`/resources/deliveries/records/${id}/show`)).status]).toEqual([
        id,
        404,
      ]);
    expect((await as.ADMIN.api('/resources/nothing/actions/list')).status).toBe(403);
    for (const query of [
      'filters.webhookId=x',
      'filters.lastStatusCode=abc',
      'filters.createdAt~~from=yesterday',
      'page=-5',
      'page=abc',
      'perPage=100000',
      'sortBy=evil&direction=evil',
      "filters.status='",
      'filters.id[]=1',
      'filters=1',
    ]) {
      for (const resource of [
        'accounts',
        'webhooks',
        'events',
        'rejections',
        'deliveries',
        'attempts',
        'api-keys',
        'audit',
        'staff',
      ]) {
        const { status } = await as.ADMIN.api(`/resources/${resource}/actions/list?${query}`);
        expect([resource, query, status]).toEqual([resource, query, 200]);
      }
    }
  }, 60_000);
});
