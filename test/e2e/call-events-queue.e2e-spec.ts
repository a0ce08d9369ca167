import type Bull from 'bull';
import Redis from 'ioredis';
import { EventBus } from '@app/events';
import { CallEventsCleaner } from '../../apps/dispatcher/src/queues/call-events-cleaner';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  callData,
  CallEventsPublisher,
  createAccount,
  eventInput,
  eventually,
  servers,
  startApp,
  type TestApp,
} from '../support';

const MARKER = 'the caller said: my diagnosis is secret';

describe('what the queue call-events leaves in Redis', () => {
  let app: TestApp;
  let account: { id: string };
  let redis: Redis;
  let publisher: CallEventsPublisher;
  let queue: Bull.Queue;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule] });
    account = await createAccount(app);
    redis = new Redis(servers().redisUrl);
    publisher = await CallEventsPublisher.start(app);
    queue = publisher.queue;
  });
  afterAll(async () => {
    await publisher?.stop();
    redis?.disconnect();
    await app?.close();
  });
  beforeEach(async () => {
    await app.get(CallEventsCleaner).clean();
  });

  const key = (part: string): string => `${app.config.REDIS_PREFIX}-bull:call-events:${part}`;
  const publication = (changes: object = {}): any => ({
    ...eventInput(account.id, { data: callData({ summaries: { full: MARKER, short: null } }) }),
    ...changes,
  });
  const eventsOf = async (callId: string): Promise<number> =>
    (await app.database.query('select 1 from events where call_id = $1', [callId])).length;

  /** Every key of this installation that holds the marker in its name or value, whatever its type. */
  async function keysWithMarker(): Promise<string[]> {
    const found: string[] = [];
    for await (const keys of redis.scanStream({ match: `${app.config.REDIS_PREFIX}*` }) as AsyncIterable<
      string[]
    >)
      for (const name of keys) if ((name + (await contentOf(name))).includes(MARKER)) found.push(name);
    return found;
  }

  async function contentOf(name: string): Promise<string> {
    const read: Record<string, () => Promise<unknown>> = {
      string: () => redis.get(name),
      hash: () => redis.hgetall(name),
      list: () => redis.lrange(name, 0, -1),
      set: () => redis.smembers(name),
      zset: () => redis.zrange(name, 0, -1, 'WITHSCORES'),
      stream: () => redis.xrange(name, '-', '+'),
      none: () => Promise.resolve(''),
    };
    return JSON.stringify(await read[await redis.type(name)]());
  }

  /** Keys of jobs; what Bull keeps for the queue as a whole (its counter of ids) holds no data. */
  const keysOfJobs = async (): Promise<string[]> =>
    (await redis.keys(key('*'))).filter((name) =>
      /:(\d+(:\w+)?|completed|failed|wait|active|delayed)$/.test(name),
    );

  it.each<[string, Bull.JobOptions]>([
    ['without options', {}],
    ['that asks to keep finished jobs', { removeOnComplete: false, removeOnFail: false }],
    ['that asks to keep the last thousand', { removeOnComplete: 1_000, removeOnFail: { age: 86_400 } }],
  ])('is nothing of an accepted job %s', async (_, options) => {
    const job = await queue.add(publication(), { ...options, delay: 60_000 });
    await job.log(MARKER);
    expect(await keysWithMarker()).toHaveLength(2);
    await job.promote();
    await publisher.outcomeOf(job);
    expect(await keysWithMarker()).toEqual([]);
    expect(await keysOfJobs()).toEqual([]);
  });

  it.each<[string, Bull.JobOptions]>([
    ['without options', {}],
    ['that asks for retries', { attempts: 5, backoff: 60_000, removeOnFail: false }],
    ['that asks to keep the last thousand', { removeOnFail: 1_000 }],
  ])('is nothing of a rejected job %s', async (_, options) => {
    const job = await queue.add(publication({ unknown: MARKER }), options);
    expect(await publisher.outcomeOf(job)).toEqual({ failedReason: expect.stringMatching(/./) });
    expect(await keysWithMarker()).toEqual([]);
    expect(await keysOfJobs()).toEqual([]);
  });

  it('is nothing of jobs that an earlier version finished and kept', async () => {
    for (const [id, state, more] of [
      [9_001, 'completed', { returnvalue: '{}' }],
      [9_002, 'failed', { failedReason: `invalid: ${MARKER}`, stacktrace: JSON.stringify([MARKER]) }],
    ] as const) {
      await redis.hset(key(String(id)), { name: '__default__', data: JSON.stringify(publication()), opts: '{}', timestamp: Date.now(), finishedOn: Date.now() - 1, ...more });
      await redis.rpush(key(`${id}:logs`), MARKER);
      await redis.zadd(key(state), Date.now() - 1, id);
    } // prettier-ignore
    expect(await keysWithMarker()).toHaveLength(4);
    expect(await app.get(CallEventsCleaner).clean()).toEqual({ removed: 2, republished: 0 });
    expect(await keysOfJobs()).toEqual([]);
  });

  it('is cleaned as soon as a process starts', async () => {
    await redis.hset(key('9003'), { name: '__default__', data: JSON.stringify(publication()), opts: '{}', timestamp: 1, finishedOn: 1 });
    await redis.zadd(key('completed'), 1, '9003');
    const second = await startApp({ modules: [DispatcherModule], with: app });
    await eventually(async () => expect(await keysWithMarker()).toEqual([]));
    await second.close();
  }); // prettier-ignore

  it('is never the only copy of an event: one that failed because its workers died is published', async () => {
    const data = publication();
    await redis.hset(key('9004'), {
      name: '__default__',
      data: JSON.stringify(data),
      opts: '{}',
      timestamp: Date.now(),
      finishedOn: Date.now() - 1,
      failedReason: 'job stalled more than allowable limit',
    });
    await redis.zadd(key('failed'), Date.now() - 1, '9004');
    expect(await app.get(CallEventsCleaner).clean()).toEqual({ removed: 0, republished: 1 });
    await eventually(async () => expect(await eventsOf(data.data.call.id)).toBe(1));
    await eventually(async () => expect(await keysOfJobs()).toEqual([]));
  });

  it('is the job itself as long as an error of ours keeps it from being stored, however few retries its publisher allows', async () => {
    const data = publication();
    const publish = jest
      .spyOn(app.get(EventBus), 'publishJson')
      .mockRejectedValueOnce(new TypeError('a bug'));
    const job = await queue.add(data, { attempts: 1, removeOnFail: true });
    await eventually(async () => expect(await job.isDelayed()).toBe(true));
    publish.mockRestore();
    await job.promote();
    await publisher.outcomeOf(job);
    expect(await eventsOf(data.data.call.id)).toBe(1);
    expect(await keysOfJobs()).toEqual([]);
  });
});
