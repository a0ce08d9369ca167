import { EndpointQueues } from './endpoint-queues';

const SIX_MINUTES_MS = 6 * 60_000;

/** Queues of webhooks that have limits of their own, which another dispatcher counts. */
function queuesOfOthers() {
  const target = {
    status: 'ACTIVE',
    isDeleted: false,
    version: 1,
    maxConcurrency: 1,
    rateLimitPerSecond: null,
  };
  const dependencies = [
    { peek: () => target, onChange: () => undefined },
    { owns: () => false, shareOf: (_key: string, limit: number) => limit },
  ];
  const queues = new EndpointQueues(
    ...(dependencies as unknown as ConstructorParameters<typeof EndpointQueues>),
  );
  const make = (webhookId: string, accountId: string): void => {
    const { queue } = queues.getOrCreate(webhookId, accountId);
    queues.noteState(queue);
  };
  return { queues, make };
}

describe('the queues of endpoints', () => {
  it('know which webhooks have no capacity, by account', () => {
    const { queues, make } = queuesOfOthers();
    expect(queues.withoutCapacity(['acc_1'])).toEqual([]);
    make('whk_1', 'acc_1');
    make('whk_2', 'acc_1');
    make('whk_3', 'acc_2');
    expect(queues.withoutCapacity(['acc_1', 'acc_3'])).toEqual(['whk_1', 'whk_2']);
  });

  it('forget what is idle, and then that it had no capacity', () => {
    const { queues, make } = queuesOfOthers();
    make('whk_1', 'acc_1');
    queues.tidy(performance.now() + SIX_MINUTES_MS);
    expect(queues.get('whk_1')).toBeUndefined();
    expect(queues.withoutCapacity(['acc_1'])).toEqual([]);
  });
});
