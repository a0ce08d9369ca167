import { setTimeout as sleep } from 'node:timers/promises';
import { GroupCommit, type GroupCommitOptions } from './group-commit';

interface Item {
  lane: string;
  n: number;
  weight?: number;
}

/** A commit whose groups end when the test says so. */
function collect(options: Partial<GroupCommitOptions<Item>> = {}) {
  const groups: { items: Item[]; done: (error?: Error) => void }[] = [];
  const group = new GroupCommit<Item, number>(
    (items) =>
      new Promise((resolve, reject) => {
        groups.push({ items, done: (error) => (error ? reject(error) : resolve(items.map(({ n }) => n * 10))) });
      }),
    { lingerMs: 1, maxItems: 10, concurrency: 1, lane: ({ lane }) => lane, ...options },
  );
  return { group, groups };
} // prettier-ignore

const items = (lane: string, count: number): Item[] => Array.from({ length: count }, (_, n) => ({ lane, n }));

describe('a group commit', () => {
  it('writes what comes together at once, and answers each with its own result', async () => {
    const { group, groups } = collect();
    const results = Promise.all(items('a', 5).map((item) => group.add(item)));
    await sleep(20);
    expect(groups).toHaveLength(1);
    groups[0].done();
    expect(await results).toEqual([0, 10, 20, 30, 40]);
  });

  it('does not wait for more once a group is full', () => {
    const { group, groups } = collect({ lingerMs: 60_000 });
    for (const item of items('a', 10)) void group.add(item);
    expect(groups.map((one) => one.items.length)).toEqual([10]);
  });

  it('is full by weight too, and takes an item that is heavier than a whole group', async () => {
    const { group, groups } = collect({ lingerMs: 0, maxWeight: 100, weigh: ({ weight }) => weight ?? 1 });
    void group.add({ lane: 'a', n: 0, weight: 60 });
    void group.add({ lane: 'a', n: 1, weight: 60 });
    void group.add({ lane: 'a', n: 2, weight: 500 });
    expect(groups[0].items.map(({ n }) => n)).toEqual([0, 1]);
    groups[0].done();
    await sleep(20);
    expect(groups[1].items.map(({ n }) => n)).toEqual([2]);
  });

  it.each([1, 2, 4])('has no more than %d groups under way', async (concurrency) => {
    const { group, groups } = collect({ concurrency });
    for (const item of items('a', 100)) void group.add(item);
    await sleep(20);
    expect(groups).toHaveLength(concurrency);
    groups[0].done();
    await sleep(20);
    expect(groups).toHaveLength(concurrency + 1);
  });

  it('keeps the order within a lane', async () => {
    const { group, groups } = collect();
    for (const item of items('a', 35)) void group.add(item);
    for (let i = 0; i < 4; i += 1) {
      await sleep(10);
      groups[i].done();
    }
    expect(groups.flatMap((one) => one.items.map(({ n }) => n))).toEqual(items('a', 35).map(({ n }) => n));
  });

  it('has lanes take turns: a burst in one lane does not hold up another', async () => {
    const { group, groups } = collect();
    for (const item of items('burst', 1_000)) void group.add(item);
    void group.add({ lane: 'small', n: 0 });
    void group.add({ lane: 'other', n: 0 });
    groups[0].done(); // was full before the others came
    await sleep(10);
    expect(groups[1].items.map(({ lane }) => lane)).toEqual(expect.arrayContaining(['burst', 'small', 'other']));
  }); // prettier-ignore

  it('serves each lane within as many groups as it takes to go round, however many lanes there are', async () => {
    const { group, groups } = collect();
    for (let lane = 0; lane < 45; lane += 1)
      for (const item of items(`lane ${lane}`, 20)) void group.add(item);
    for (let i = 0; i < 6; i += 1) {
      await sleep(5);
      groups[i].done();
    }
    // The first group was full of the first lane before the second lane came.
    const served = new Set(groups.slice(0, 6).flatMap((one) => one.items.map(({ lane }) => lane)));
    expect(served.size).toBe(45);
  });

  it('rejects the items of a group that fails, and only those', async () => {
    const { group, groups } = collect({ concurrency: 2 });
    const results = items('a', 30).map((item) => group.add(item).catch((error: Error) => error.message));
    await sleep(10);
    groups[0].done(new Error('disk full'));
    groups[1].done();
    await sleep(10);
    groups[2].done();
    const answers = await Promise.all(results);
    expect(answers.slice(0, 10)).toEqual(Array(10).fill('disk full'));
    expect(answers.slice(10)).toEqual(items('a', 30).slice(10).map(({ n }) => n * 10)); // prettier-ignore
  });

  it('is drained when nothing waits and nothing is under way, also after a failure', async () => {
    const { group, groups } = collect();
    await group.drained();
    const failed = group.add({ lane: 'a', n: 1 }).catch(() => undefined);
    let isDrained = false;
    void group.drained().then(() => (isDrained = true));
    await sleep(10);
    expect(isDrained).toBe(false);
    groups[0].done(new Error('away'));
    await failed;
    await sleep(10);
    expect(isDrained).toBe(true);
    expect(group.waiting).toBe(0);
  });
});
