import { Logger } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import pino from 'pino';
import { AccountsModule } from '@app/accounts';
import { PhoneIndex } from '@app/events';
import { StructuredLogger } from '@app/platform';
import { ApiModule } from '../../apps/api/src/api.module';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { StaffService } from '../../apps/backoffice/src/staff/staff.service';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { Housekeeping } from '../../apps/dispatcher/src/schedules/housekeeping';
import {
  callData,
  CallEventsPublisher,
  createAccount,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  recordEvent,
  startApp,
  type TestApp,
} from '../support';

jest.setTimeout(60_000);

const MARKER = 'what-a-customer-entrusted-to-us';

describe('the log at an error of the database', () => {
  let app: TestApp;
  let account: { id: string; key: string };
  let lines: string[];

  beforeAll(async () => {
    app = await startApp({
      modules: [ApiModule, DispatcherModule, BackofficeModule, AccountsModule],
    });
    account = await createAccount(app);
    const { pino: logger } = app.get(StructuredLogger);
    logger.level = 'trace';
    (logger as any)[pino.symbols.streamSym] = { write: (line: string) => lines.push(line) };
  });
  afterAll(() => app?.close());
  beforeEach(() => {
    lines = [];
  });
  afterEach(() => app.database.query('drop trigger if exists refuse_marker on events'));

  /** From now on PostgreSQL refuses a row with the marker, and quotes the whole row. */
  const refuse = async (table: string): Promise<() => Promise<unknown>> => {
    await app.database.query(`
      create or replace function refuse_marker() returns trigger language plpgsql as $$
      begin
        if new::text like '%${MARKER}%' then
          raise exception 'bad row: %', new::text using errcode = '23514', detail = new::text, hint = new::text, constraint = 'refuse_marker';
        end if;
        return new;
      end $$`);
    await app.database.query(
      `create trigger refuse_marker before insert or update on ${table} for each row execute function refuse_marker()`,
    );
    return () => app.database.query(`drop trigger if exists refuse_marker on ${table}`);
  };
  /** The log says what happened, and nothing of the values. */
  const expectTold = (code = '23514'): void => {
    const log = lines.join('');
    expect(log).not.toContain(MARKER);
    expect(log).toContain(`"code":"${code}"`);
    expect(log).toMatch(/"stack":"\s+at /);
  };

  it('has no values of a request to /v1 (MikroORM, failing insert)', async () => {
    const stop = await refuse('webhooks');
    const { status, body } = await app.http(account.key).post('/v1/webhooks', {
      name: MARKER,
      url: `https://example.com/${MARKER}`,
      events: ['CALL_COMPLETED'],
    });
    await stop();
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain(MARKER);
    expectTold();
  });

  it.each([
    ['the fast path', '/internal/v1/events'],
    ['the framework', '/internal/v1/events?x'],
  ])('has no values of a published event (driver, by %s)', async (_, path) => {
    const stop = await refuse('events');
    const data = callData({ summaries: { full: MARKER, short: null } });
    const answer = await app.http(PUBLISHER_TOKEN).post(path, eventInput(account.id, { data }));
    await stop();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(answer.body)).not.toContain(MARKER);
    expectTold();
  });

  it('has no values of a job of the queue call-events', async () => {
    const publisher = await CallEventsPublisher.start(app);
    const stop = await refuse('events');
    try {
      const data = callData({ summaries: { full: MARKER, short: null } });
      await publisher.queue.add(eventInput(account.id, { data }));
      await eventually(() => expectTold());
    } finally {
      await stop();
      await publisher.queue.empty();
      await publisher.stop();
    }
  });

  it('has no values of a unique violation, nor of MikroORM’s own errors, however they are logged', async () => {
    const staff = app.get(StaffService);
    const person = { email: `${MARKER}@skipcalls.test`, name: 'A', role: 'VIEWER' as const };
    await staff.add(person, 'stf_test', 'a test');
    const em = app.get(EntityManager).fork();
    const insert = `insert into staff_users (id, email, name, role, password_hash) values (gen_random_uuid(), '${person.email}', 'a', 'VIEWER', 'x')`;
    const error: Error = await em.getConnection().execute(insert).then(() => fail(), (e: Error) => e);
    expect(error.message + JSON.stringify(error)).toContain(MARKER);
    const logger = new Logger('Test');
    for (const log of [
      () => logger.error(error),
      () => logger.error({ err: error }, 'failed'),
      () => logger.error({ error, msg: 'failed' }),
      () => logger.error('failed', error),
      () => logger.error(error.message, error.stack),
      () => logger.warn({ reason: error }),
      () => logger.fatal(error),
    ]) {
      lines = [];
      log();
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain(MARKER);
    }
    lines = [];
    logger.error(error);
    expectTold('23505');
  }); // prettier-ignore

  it('has no values of a schedule that fails', async () => {
    await app.database.query(`insert into idempotent_answers (account_id, key, fingerprint, created_at) values ($1, $2, '', now() - interval '2 days')`, [account.id.slice(4), MARKER]);
    await app.database.query(`
      create function refuse_delete() returns trigger language plpgsql as $$
      begin raise exception 'cannot delete %', old::text using errcode = '23514', detail = old::text; end $$`);
    await app.database.query('create trigger refuse_delete before delete on idempotent_answers for each row execute function refuse_delete()');
    await app.get(Housekeeping).clearAway();
    await app.database.query('drop trigger refuse_delete on idempotent_answers');
    expectTold();
  }); // prettier-ignore

  it('has no values of an event that cannot be indexed', async () => {
    const { eventId } = await recordEvent(app.database, { accountId: account.id });
    await app.database.query(`update events set data = '{' || $1 where id = $2`, [MARKER, eventId.slice(4)]);
    await app.get(PhoneIndex).catchUp(new Date(Date.now() + 60_000));
    expect(lines.join('')).not.toContain(MARKER);
    expect(lines.join('')).toContain(eventId);
  });
});
