import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { HotPathSql, isDependencyAway, Sql } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { startApp, type TestApp } from '../support';

/** A backend that is killed while a piece of work holds its connection, between two statements or within one. */
describe('a connection that is lost in the middle of work', () => {
  let app: TestApp;
  const survivors = { uncaught: [] as unknown[] };
  const note = (error: unknown) => survivors.uncaught.push(error);

  beforeAll(async () => {
    app = await startApp({ modules: [WebhooksModule] });
    process.on('uncaughtException', note);
  });
  afterAll(async () => {
    process.off('uncaughtException', note);
    await app?.close();
  });
  afterEach(() => expect(survivors.uncaught).toEqual([]));

  const kill = (pid: number) => app.get(HotPathSql).rows('select pg_terminate_backend($1)', [pid]);

  const failureOf = (work: Promise<unknown>) => work.then(() => null, (error: unknown) => error); // prettier-ignore

  it('between two statements of a transaction fails that work only, as temporary', async () => {
    const work = app.get(Sql).transaction(async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await kill(rows[0].pid);
      await sleep(200);
      await client.query('select 1');
    });
    expect(isDependencyAway(await failureOf(work))).toBe(true);
    expect(await app.get(Sql).rows('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('by a socket that breaks, fails that work only, as temporary', async () => {
    const work = app.get(Sql).transaction(async (client) => {
      const { connection } = client as unknown as { connection: { stream: { destroy(error: Error): void } } };
      connection.stream.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      await sleep(100);
      await client.query('select 1');
    });
    expect(isDependencyAway(await failureOf(work))).toBe(true);
    expect(await app.get(Sql).rows('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('within a statement fails that statement only, as temporary', async () => {
    const work = failureOf(app.get(Sql).rows('/* the victim */ select pg_sleep(20)'));
    let pids: { pid: number }[] = [];
    while (pids.length === 0) {
      pids = await app.get(HotPathSql).rows(
        `select pid from pg_stat_activity where query like '/* the victim */%' and datname = current_database()`,
      ); // prettier-ignore
    }
    await kill(pids[0].pid);
    expect(isDependencyAway(await work)).toBe(true);
  });

  it('between two statements of MikroORM’s transaction fails that work only, as temporary', async () => {
    const work = app.get(EntityManager).fork().transactional(async (em) => {
      const [{ pid }] = await em.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
      await kill(pid);
      await sleep(200);
      await em.execute('select 1');
    }); // prettier-ignore
    expect(isDependencyAway(await failureOf(work))).toBe(true);
    expect(await app.get(EntityManager).fork().execute('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is no reason for PostgreSQL to go on with work that nobody waits for', async () => {
    const [{ statement, lock, idle }] = await app.get(Sql).rows<Record<string, string>>(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
              current_setting('idle_in_transaction_session_timeout') as idle`,
    ); // prettier-ignore
    expect([statement, lock, idle]).toEqual(['13500ms', '11250ms', '15s']);
    const hot = await app.get(HotPathSql).rows<Record<string, string>>(`show statement_timeout`);
    expect(hot).toEqual([{ statement_timeout: '3600ms' }]);
  });
});
