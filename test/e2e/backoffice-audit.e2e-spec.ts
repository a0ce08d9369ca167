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
import { createStaff, StaffClient } from '../support/backoffice';

/** What each action asks for beside the reason. */
const INPUT: Record<string, Record<string, string>> = {
  sendTest: { eventType: 'CALL_COMPLETED' },
  rotateSecret: { overlapHours: '24' },
  changeLimits: { maxConcurrency: '7' },
  retryFailed: { since: '2026-01-01T00:00:00Z' },
  replay: { since: '2026-01-01T00:00:00Z', which: 'failed' },
  add: { email: 'new@skipcalls.test', name: 'New', role: 'VIEWER' },
  changeRole: { role: 'SUPPORT' },
};
const READ_ONLY = ['list', 'search', 'show'];
/** State before an action makes sense. */
const PREPARE: Record<string, string> = {
  activate: `update webhooks set status = 'PAUSED'`,
  pause: `update webhooks set status = 'ACTIVE'`,
  replay: `update webhooks set status = 'ACTIVE'`,
  retryFailed: `update webhooks set status = 'ACTIVE'`,
  resetCircuit: `update webhooks set circuit_state = 'OPEN'`,
  enable: `update staff_users set disabled_at = now() where role = 'VIEWER'`,
  disable: `update staff_users set disabled_at = null`,
};
const WATCHED = ['accounts', 'webhooks', 'events', 'deliveries', 'manual_attempts', 'replays', 'api_keys', 'staff_users', 'staff_sessions', 'staff_recovery_codes', 'audit_entries']; // prettier-ignore

describe('the audit log of staff', () => {
  let app: TestApp;
  let admin: StaffClient;
  let idOf: Record<string, string>;
  let actions: [resource: string, action: string, kind: string][];

  const state = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(
        WATCHED.map(async (table) => [
          table,
          await app.database.query(`select to_jsonb(t) - 'last_seen_at' as row from ${table} t order by t`),
        ]),
      ),
    ) as Record<string, unknown>;

  const act = async (resource: string, action: string, kind: string) => {
    const prepare = PREPARE[action];
    if (prepare) await app.database.query(prepare);
    const id = idOf[resource];
    const path =
      kind === 'record' ? `/resources/${resource}/records/${id}/${action}`
      : kind === 'bulk' ? `/resources/${resource}/bulk/${action}?recordIds=${id}`
      : `/resources/${resource}/actions/${action}`; // prettier-ignore
    const before = await state();
    const answer = await admin.post(path, { reason: 'ticket 4711', ...INPUT[action] });
    return { answer, before, after: await state() };
  };

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
    const { id: accountId } = await createAccount(app);
    const webhook = await createWebhook(app, accountId, { url: 'https://acme.example/in' });
    const past = await recordDelivery(app.database, { accountId, webhookId: webhook.id, status: 'FAILED' });
    admin = await StaffClient.signedIn(app, await createStaff(app, 'ADMIN'));
    const [{ id: key }] = await app.database.query<{ id: string }>('select id from api_keys');
    idOf = {
      webhooks: webhook.id,
      deliveries: past.deliveryId,
      events: past.eventId,
      'api-keys': `key_${key}`,
      staff: (await createStaff(app, 'VIEWER')).id,
    };
    actions = [...app.get<ActionRules>(ACTION_RULES)]
      .map(([name, { kind }]): [string, string, string] => [...(name.split('/') as [string, string]), kind])
      .filter(([, action]) => !READ_ONLY.includes(action));
  }, 120_000);
  afterAll(() => app?.close());

  it('should commit with each action: what cannot be written down is not done', async () => {
    await app.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
    );
    await app.database.query(
      'create trigger refuse before insert on audit_entries for each row execute function refuse()',
    );
    expect(actions.length).toBeGreaterThanOrEqual(17);
    for (const [resource, action, kind] of actions) {
      const { answer, before, after } = await act(resource, action, kind);
      expect([resource, action, answer.status, after]).toEqual([resource, action, 500, before]);
    }
    await app.database.query('drop trigger refuse on audit_entries');
  }, 120_000);

  it('should have one entry for each action, with its reason', async () => {
    const entries = async () =>
      app.database.query<{ reason: string }>(`select reason from audit_entries where actor_kind = 'staff' order by id`); // prettier-ignore
    // A test waits for a dispatcher, of which there is none here; a key is revoked and a payload expunged for good.
    for (const [resource, action, kind] of actions.filter(([, name]) => name !== 'sendTest')) {
      const before = (await entries()).length;
      const { answer } = await act(resource, action, kind);
      expect([resource, action, answer.status]).toEqual([resource, action, 200]);
      const added = (await entries()).slice(before);
      expect([resource, action, added]).toEqual([resource, action, [{ reason: 'ticket 4711' }]]);
      // One replay at a time.
      await app.database.query(`update replays set finished_at = now(), status = 'CANCELLED'`);
    }
  }, 120_000);
});
