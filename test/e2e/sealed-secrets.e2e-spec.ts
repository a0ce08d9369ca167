import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { derivedKey, MIGRATIONS, reseal, SealUpgrade, SecretBox, toUuid } from '@app/platform';
import { WebhookTargets } from '@app/webhooks';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { SealUpgradeSchedule } from '../../apps/dispatcher/src/schedules/seal-upgrade.schedule';
import { createAccount, createWebhook, Receiver, startApp, type TestApp } from '../support';

jest.setTimeout(60_000);

const KEY = Buffer.alloc(32, 7);
const DAY_MS = 86_400_000;

/** As the version before sealed: bound to nothing. */
function sealUnbound(text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const id = createHash('sha256').update(KEY).digest('hex').slice(0, 8);
  return `v1.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
}

/** The row that says how far the upgrade is, authenticated with a key. */
function upgradeRow(beganAt: Date, completedAt: Date | null, key = KEY): unknown[] {
  const text = JSON.stringify([beganAt.toISOString(), completedAt?.toISOString() ?? null]);
  const macKey = derivedKey(key.toString('base64'), 'sealing upgrade');
  return [beganAt, completedAt, createHmac('sha256', macKey).update(text).digest('base64url')];
}

describe('sealed secrets', () => {
  let app: TestApp;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start();
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  const query = (text: string, values: unknown[] = []): Promise<any[]> => app.database.query(text, values);
  const webhookOf = (owner: string, secret: string) =>
    createWebhook(app, owner, { url: receiver.url(), secret, headers: { 'X-Api-Key': `key of ${secret}` } });
  const setUpgrade = async (row: unknown[] | null): Promise<void> => {
    await query('delete from sealing_upgrade');
    if (row)
      await query('insert into sealing_upgrade (began_at, completed_at, mac) values ($1, $2, $3)', row);
  };
  /** What signs for a webhook, read as a sending process does; an error where it cannot be opened. */
  const secretsOf = async (of: TestApp, id: string): Promise<readonly string[] | Error> => {
    await query('update webhooks set updated_at = now() where id = $1', [toUuid(id)]);
    (of.get(WebhookTargets) as any).drop(id);
    try {
      return (await of.get(WebhookTargets).get(id))!.liveSecretsAt(Date.now());
    } catch (error) {
      return error as Error;
    }
  };

  it('stand in columns that this test knows: a new one must be tried here too', async () => {
    const columns = await query(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = current_schema() and column_name like 'sealed\\_%' order by 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual([
      'idempotent_answers.sealed_body',
      'staff_users.sealed_totp_secret',
      'webhooks.sealed_auth',
      'webhooks.sealed_headers',
      'webhooks.sealed_mail_key',
      'webhooks.sealed_secrets',
      'webhooks.sealed_url',
    ]);
  });

  it('do not open in the row of another account, nor in another column', async () => {
    const [victim, attacker] = [await createAccount(app), await createAccount(app)];
    const theirs = await webhookOf(victim.id, 'the secret of the victim');
    const copy = async (assignment: string): Promise<string> => {
      const own = await webhookOf(attacker.id, 'a secret of the attacker');
      await query(`update webhooks set ${assignment} from webhooks as v where webhooks.id = $1 and v.id = $2`, [toUuid(own.id), toUuid(theirs.id)]);
      return own.id;
    };
    for (const assignment of [
      'sealed_secrets = v.sealed_secrets',
      'sealed_headers = v.sealed_headers',
      `sealed_headers = v.sealed_secrets -> 0 ->> 'sealed'`,
      `sealed_secrets = jsonb_build_array(jsonb_build_object('sealed', v.sealed_headers, 'hint', '…', 'expiresAt', null))`,
    ]) {
      const id = await copy(assignment);
      expect(await secretsOf(app, id)).toBeInstanceOf(Error);
      const answer = await app.http(attacker.key).post(`/v1/webhooks/${id}/test`);
      if (answer.status === 200) expect(answer.body).toMatchObject({ delivered: false, statusCode: null });
      else expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(JSON.stringify(answer.body)).not.toMatch(/victim/);
    }
    const slack = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';
    const theirSlack = await createWebhook(app, victim.id, { url: slack });
    const ownSlack = await createWebhook(app, attacker.id, { url: slack.replaceAll('X', 'Y') });
    await query('update webhooks set sealed_url = (select sealed_url from webhooks where id = $2) where id = $1', [toUuid(ownSlack.id), toUuid(theirSlack.id)]);
    expect(await secretsOf(app, theirSlack.id)).toEqual([]);
    expect(await secretsOf(app, ownSlack.id)).toBeInstanceOf(Error);
    // Within one row as well.
    await query(`update webhooks set sealed_headers = sealed_secrets -> 0 ->> 'sealed' where id = $1`, [toUuid(theirs.id)]);
    expect((await app.http(victim.key).get(`/v1/webhooks/${theirs.id}`)).status).toBe(500);
    expect(receiver.requests).toEqual([]);
  }); // prettier-ignore

  it('in answers to idempotent requests do not open for another key or account', async () => {
    const [victim, attacker] = [await createAccount(app), await createAccount(app)];
    const issue = (key: string, of: { key: string }) =>
      app.http(of.key).post('/v1/api-keys', { name: 'k' }, { headers: { 'idempotency-key': key } });
    const issued = await issue('theirs', victim);
    await issue('own', attacker);
    await query(
      `update idempotent_answers set sealed_body = (select sealed_body from idempotent_answers where key = 'theirs') where key = 'own'`,
    );
    const answer = await issue('own', attacker);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain(issued.body.key);
  });

  it('of staff do not open in the row of another', () => {
    const box = app.get(SecretBox);
    const place = (key: string) => ({ table: 'staff_users', column: 'sealed_totp_secret', key: [key] });
    const sealed = box.seal('totp', place('a'));
    expect(box.open(sealed, place('a'))).toBe('totp');
    expect(() => box.open(sealed, place('b'))).toThrow();
  });

  describe('of the format before', () => {
    const headers = JSON.stringify({ 'X-Api-Key': 'key-0123456789' });
    let account: { id: string; key: string };
    let webhookId: string;

    beforeEach(async () => {
      await query('delete from idempotent_answers');
      await query('delete from webhooks');
      account = await createAccount(app);
      webhookId = (await webhookOf(account.id, 'replaced below')).id;
    });

    /** The database as the version before leaves it. */
    const makeOld = async (): Promise<void> => {
      await setUpgrade(null);
      const secrets = ['the newest secret', 'the one before it'].map((secret, index) => ({
        sealed: sealUnbound(secret),
        hint: '…',
        expiresAt: index === 0 ? null : new Date(Date.now() + DAY_MS).toISOString(),
      }));
      await query('update webhooks set sealed_secrets = $1, sealed_headers = $2', [
        JSON.stringify(secrets),
        sealUnbound(headers),
      ]);
    };
    const isUnboundLeft = async (): Promise<boolean> =>
      (
        await query(
          `select 1 from webhooks where sealed_secrets::text like '%v1.%' or sealed_headers like 'v1.%'`,
        )
      ).length > 0;
    const start = () => startApp({ modules: [ApiModule, DispatcherModule], with: app });

    it('are opened and sealed again while the service runs, and refused once a day has passed without any', async () => {
      await makeOld();
      const upgraded = await start();
      try {
        expect(await secretsOf(upgraded, webhookId)).toEqual(['the newest secret', 'the one before it']);
        await upgraded.get(SealUpgradeSchedule).advance();
        expect(await isUnboundLeft()).toBe(false);
        expect(await secretsOf(upgraded, webhookId)).toEqual(['the newest secret', 'the one before it']);
        const [row] = await query('select * from sealing_upgrade');
        expect(row.completed_at).toBeNull();

        // A process of the version before that has not ended yet writes the old way.
        await query('update webhooks set sealed_headers = $1', [sealUnbound(headers)]);
        await setUpgrade(upgradeRow(new Date(Date.now() - DAY_MS - 1_000), null));
        await upgraded.get(SealUpgrade).advance();
        expect(await isUnboundLeft()).toBe(false);
        expect((await query('select completed_at from sealing_upgrade'))[0].completed_at).toBeNull();
        await upgraded.get(SealUpgrade).advance();
        expect((await query('select completed_at from sealing_upgrade'))[0].completed_at).not.toBeNull();
        expect(upgraded.get(SecretBox).acceptsUnbound).toBe(false);
        // Another process learns it at its next look.
        expect((await upgraded.http(account.key).post(`/v1/webhooks/${webhookId}/test`)).body.delivered).toBe(true);
      } finally {
        await upgraded.close();
      }
    }); // prettier-ignore

    it('are all sealed again by the command, which also ends the upgrade at once', async () => {
      await makeOld();
      expect(await reseal(app.config)).toMatchObject({
        'webhooks.sealed_secrets': 1,
        'webhooks.sealed_headers': 1,
      });
      expect(await isUnboundLeft()).toBe(false);
      const after = await start();
      try {
        expect(after.get(SecretBox).acceptsUnbound).toBe(false);
        expect(await secretsOf(after, webhookId)).toEqual(['the newest secret', 'the one before it']);
      } finally {
        await after.close();
      }
    });

    it.each<[string, () => unknown[] | null]>([
      ['as it is', () => upgradeRow(new Date(), new Date())],
      ['deleted', () => null],
      ['replaced by one without the key', () => upgradeRow(new Date(), null, Buffer.alloc(32, 1))],
      ['changed to “in progress”', () => {
        const [beganAt, , mac] = upgradeRow(new Date(), new Date());
        return [beganAt, null, mac];
      }],
      ['replaced by a copy from the time of the upgrade', () => upgradeRow(new Date(Date.now() - 8 * DAY_MS), null)],
    ])('are not opened after the upgrade, with the row that says so %s', async (_, row) => {
      // Somebody has an old backup and may write to the database: the victim's secret goes into a webhook of their own.
      const own = await webhookOf((await createAccount(app)).id, 'a secret of the attacker');
      await query('update webhooks set sealed_secrets = $2 where id = $1', [
        toUuid(own.id),
        JSON.stringify([{ sealed: sealUnbound('the secret of the victim'), hint: '…', expiresAt: null }]),
      ]);
      await setUpgrade(row());
      const after = await start();
      try {
        expect(after.get(SecretBox).acceptsUnbound).toBe(false);
        await after.get(SealUpgradeSchedule).advance();
        expect(await secretsOf(after, own.id)).toBeInstanceOf(Error);
        expect(await isUnboundLeft()).toBe(true);
        await expect(reseal(app.config)).rejects.toThrow(/webhooks.sealed_secrets of row .*: .*format v1 is not accepted/);
      } finally {
        await after.close();
      }
    }); // prettier-ignore

    it('are accepted once more if an operator says so', async () => {
      await query('update webhooks set sealed_headers = $1', [sealUnbound(headers)]);
      await setUpgrade(upgradeRow(new Date(), new Date()));
      await expect(reseal(app.config)).rejects.toThrow(/not accepted/);
      expect(await reseal(app.config, { acceptUnbound: true })).toMatchObject({
        'webhooks.sealed_headers': 1,
      });
      expect(await isUnboundLeft()).toBe(false);
    });

    it('never existed in a new installation, which accepts none from its first start', async () => {
      const fresh = await startApp({ modules: [ApiModule] });
      try {
        expect(fresh.get(SecretBox).acceptsUnbound).toBe(false);
        const [row] = await fresh.database.query<{ completed_at: Date | null }>('select completed_at from sealing_upgrade');
        expect(row?.completed_at).not.toBeNull();
      } finally {
        await fresh.close();
      }
    }); // prettier-ignore

    it('are carried over by the migration: the present secret, and the one before it as long as it is live', async () => {
      await query('delete from webhooks');
      const migration = MIGRATIONS.find(({ name }) => name === '20261128000402-bound-secrets')!;
      const run = async (direction: 'up' | 'down'): Promise<void> => {
        const instance = new (migration.class as any)({}, {});
        instance[direction]();
        for (const statement of instance.getQueries()) await query(String(statement));
      };
      await run('down');
      const insert = `
        insert into webhooks (id, account_id, name, url, events, format, status, retry_policy, sealed_secret, secret_hint, sealed_previous_secret, previous_secret_expires_at)
        values (gen_random_uuid(), $1, $2, 'https://example.com', '{CALL_COMPLETED}', 'DEFAULT', 'ACTIVE', 'STANDARD', $3, $4, $5, $6)`;
      const soon = new Date(Date.now() + DAY_MS);
      const owner = toUuid(account.id);
      await query(insert, [owner, '1 none', null, null, null, null]);
      await query(insert, [owner, '2 one', 'v1.a', '…a', null, null]);
      await query(insert, [owner, '3 two', 'v1.a', '…a', 'v1.b', soon]);
      await query(insert, [owner, '4 expired', 'v1.a', '…a', 'v1.b', new Date(Date.now() - 1_000)]);
      await run('up');
      const rows = await query('select name, sealed_secrets from webhooks order by name');
      const newest = { sealed: 'v1.a', hint: '…a', expiresAt: null };
      expect(rows).toEqual([
        { name: '1 none', sealed_secrets: [] },
        { name: '2 one', sealed_secrets: [newest] },
        { name: '3 two', sealed_secrets: [newest, { sealed: 'v1.b', hint: '…', expiresAt: soon.toISOString() }] },
        { name: '4 expired', sealed_secrets: [newest] },
      ]);
    }); // prettier-ignore
  });
});
