import { HOT_STATEMENTS } from '@app/delivery';
import { HotPathSql } from '@app/platform';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { startApp, type TestApp } from '../support';

jest.setTimeout(60_000);

/** Deliveries of four webhooks, one of a hundred of them parked and one due. */
const FILL = `
  insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, parked_at, due_at)
  select gen_random_uuid(), gen_random_uuid(), ('00000000-0000-7000-8000-00000000000' || n % 4)::uuid, gen_random_uuid(),
         'CALL_COMPLETED', 'DEFAULT', case when n % 100 < 2 then 'PENDING' else 'DELIVERED' end,
         case when n % 100 = 0 then now() end, case when n % 100 = 1 then now() + interval '1 hour' end
  from generate_series(1, $1::int) as n`;

describe('the statements of the engine', () => {
  let app: TestApp;
  let sql: HotPathSql;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule] });
    sql = app.get(HotPathSql);
  });
  afterAll(() => app?.close());

  /** The plan that such a connection makes now, and would keep. */
  function planOf(text: string): Promise<string> {
    const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
    const nulls = parameters > 0 ? `(${Array(parameters).fill('null').join(', ')})` : '';
    return sql.transaction(async (client) => {
      await client.query(`prepare looked_at as ${text}`);
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute looked_at${nulls}`);
      await client.query('deallocate looked_at');
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
  }

  const indexesOf = async ({ text }: { text: string }) => [
    ...new Set(
      (await planOf(text)).match(
        /deliveries_(pkey|due|parked|waiting|all_waiting|webhook|account|event_webhook)\b/g,
      ),
    ),
  ];

  it.each([
    ['were never counted', []],
    ['were counted when none was there', ['analyze deliveries']],
    ['were counted when few waited', [FILL, 'analyze deliveries']],
    [
      'were counted when all waited',
      [`delete from deliveries where status <> 'PENDING'`, 'analyze deliveries'],
    ],
  ])('use the indexes that are made for them, when deliveries %s', async (_, before) => {
    for (const text of before) await sql.execute(text, text === FILL ? [5_000] : []);
    const plans: Record<string, string[]> = {};
    for (const [name, statement] of Object.entries(HOT_STATEMENTS)) plans[name] = await indexesOf(statement);
    const byId = ['deliveries_pkey'];
    expect(plans).toEqual({
      claimScheduled: byId,
      claimOverdue: byId,
      claimParked: ['deliveries_parked', ...byId],
      webhooksWithParked: ['deliveries_parked'],
      park: byId,
      handBack: byId,
      adoptDue: ['deliveries_due', ...byId],
      takeOver: [],
      record: byId,
    });
  });
});
