import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { PhoneIndex, PhoneIndexModule, PhoneSearch } from '@app/events';
import { toUuid } from '@app/platform';
import { createAccount, eventually, recordEvent, startApp, type TestApp } from '../support';

jest.setTimeout(60_000);

const FIXTURE = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/calls/quotes-and-control-characters.json'), 'utf8'),
) as { data: object };
const OLD_KEY = Buffer.alloc(32, 1).toString('base64');
const NEW_KEY = Buffer.alloc(32, 2).toString('base64');

describe('the phone number index', () => {
  let app: TestApp;
  let accountId: string;

  beforeAll(async () => {
    app = await startApp({ modules: [BackofficeModule, PhoneIndexModule], env: { ENCRYPTION_KEY: OLD_KEY } });
    accountId = (await createAccount(app)).id;
  });
  afterAll(() => app?.close());
  beforeEach(async () => {
    await app.database.query('delete from events');
    await app.database.query('delete from event_phones');
  });

  const soon = (): Date => new Date(Date.now() + 60_000);
  const index = (of = app): PhoneIndex => of.get(PhoneIndex);
  const search = (of = app): PhoneSearch => of.get(PhoneSearch);

  /** An event as it is stored, with a number of its own; `data` may be any text. */
  async function store(to: string, data?: string): Promise<string> {
    const { eventId } = await recordEvent(app.database, { accountId });
    const text = data ?? JSON.stringify({ phoneNumbers: { from: null, to } });
    await app.database.query('update events set data = $1 where id = $2', [text, toUuid(eventId)]);
    return eventId;
  }
  const indexedIds = async (): Promise<string[]> =>
    (await app.database.query<{ event_id: string }>('select event_id from event_phones order by 1')).map(
      ({ event_id }) => `evt_${event_id}`,
    );

  it.each<[string, string]>([
    [
      'holds a NUL character, as the fixture of the tests does',
      JSON.stringify({ ...FIXTURE.data, phoneNumbers: { from: null, to: '+4930111111' } }),
    ],
    [
      'holds half a surrogate pair',
      JSON.stringify({ note: '\ud83d', phoneNumbers: { from: null, to: '+4930111111' } }),
    ],
    [
      'holds a NUL character in the number itself',
      JSON.stringify({ phoneNumbers: { from: 'x\0', to: '+49\0' + '30111111' } }),
    ],
  ])('should find an event that %s, and every event after it', async (_, data) => {
    const first = await store('+4930000001');
    const bad = await store('', data);
    const last = await store('+4930000002');
    // Both ways: among the events that wait for the index, and in it.
    for (let turn = 0; turn < 2; turn++) {
      expect(await search().newestOfAll('4930111111', 5)).toEqual([bad]);
      expect(await search().newestOfAll('4930000002', 5)).toEqual([last]);
      await index().catchUp(soon());
    }
    expect(await indexedIds()).toEqual([first, bad, last]);
  });

  it('should skip an event that cannot be read at all, count it, and go on', async () => {
    const bad = await store('', '{"phoneNumbers": {"to": "+4930111111"');
    const last = await store('+4930000002');
    expect(await search().newestOfAll('4930000002', 5)).toEqual([last]);
    await index().catchUp(soon());
    expect(await indexedIds()).toEqual([last]);
    expect(await indexedIds()).not.toContain(bad);
    expect(await metric('skipcalls_phone_index_skipped_total')).toBeGreaterThanOrEqual(1);
  });

  it('should leave out only the one event that makes a batch fail for a reason nobody foresaw', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await store(`+49300000${String(n).padStart(2, '0')}`));
    await app.database.query(`
      create function refuse_one() returns trigger language plpgsql as $$
      begin
        if new.event_id = '${toUuid(ids[12])}' then raise exception 'unforeseen'; end if;
        return new;
      end $$`);
    await app.database.query('create trigger refuse_one before insert on event_phones for each row execute function refuse_one()'); // prettier-ignore
    try {
      for (let turn = 0; turn < 60; turn++)
        await index()
          .catchUp(soon())
          .catch(() => undefined);
    } finally {
      await app.database.query('drop trigger refuse_one on event_phones');
      await app.database.query('drop function refuse_one');
    }
    expect(await indexedIds()).toEqual(ids.filter((_, n) => n !== 12));
  });

  it('should show its lag as a metric, also while it stands still', async () => {
    expect(await metric('skipcalls_phone_index_lag_seconds')).toBe(0);
    const at = new Date(Date.now() - 3_600_000);
    await app.database.query('update event_phones_progress set indexed_to = $1', [
      '00000000-0000-7000-8000-000000000000',
    ]);
    await recordEvent(app.database, { accountId, at });
    expect(await metric('skipcalls_phone_index_lag_seconds')).toBeGreaterThanOrEqual(3_600);
    // The index of the application itself may be having its turn.
    await eventually(async () => {
      await index().catchUp(soon());
      expect(await metric('skipcalls_phone_index_lag_seconds')).toBe(0);
    });
  });

  it('should find every number while and after ENCRYPTION_KEY is replaced', async () => {
    const id = await store('+4930222222');
    await index().catchUp(soon());
    const during = await startApp({
      modules: [BackofficeModule, PhoneIndexModule],
      env: { ENCRYPTION_KEY: NEW_KEY, PREVIOUS_ENCRYPTION_KEYS: OLD_KEY },
      with: app,
    });
    try {
      expect(await search(during).newestOfAll('4930222222', 5)).toEqual([id]);
      await index(during).catchUp(soon());
      expect(await search(during).newestOfAll('4930222222', 5)).toEqual([id]);
    } finally {
      await during.close();
    }
    const after = await startApp({
      modules: [BackofficeModule, PhoneIndexModule],
      env: { ENCRYPTION_KEY: NEW_KEY },
      with: app,
    });
    try {
      expect(await search(after).newestOfAll('4930222222', 5)).toEqual([id]);
      expect(await indexedIds()).toEqual([id]);
    } finally {
      await after.close();
    }
  });

  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  }
});
