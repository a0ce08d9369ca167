/** How a `GroupCommit` gathers. */
export interface GroupCommitOptions<T> {
  /** How long the first item of a group waits for others, in milliseconds. 0: only for a commit under way. */
  lingerMs: number;
  /** A group is written at once when it has so many items. */
  maxItems: number;
  /** … or so many units by `weigh` (bytes, say). */
  maxWeight?: number;
  weigh?: (item: T) => number;
  /** How many groups may be under way at the same time. */
  concurrency: number;
  /** In which order waiting items are taken: items of different lanes take turns. Default: one lane. */
  lane?: (item: T) => string;
}

interface Waiting<T, R> {
  item: T;
  weight: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers single writes into groups and commits each group at once: at load a transaction carries hundreds of rows
 * instead of one, which is what makes a durable write per event and attempt affordable.
 *
 * `add` resolves when the item's own group is committed, and rejects when that group failed; other groups are not
 * touched. Lanes (one an account, say) take turns, so one lane's burst doesn't make the others wait.
 */
export class GroupCommit<T, R = void> {
  private readonly lanes = new Map<string, Waiting<T, R>[]>();
  private timer: NodeJS.Timeout | null = null;
  private underWay = 0;
  private waitingItems = 0;
  private waitingWeight = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly commit: (items: T[]) => Promise<R[]>,
    private readonly options: GroupCommitOptions<T>,
  ) {}

  /** Items that wait for a group, without those being committed. */
  get waiting(): number {
    return this.waitingItems;
  }

  add(item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const weight = this.options.weigh?.(item) ?? 1;
      const lane = this.options.lane?.(item) ?? '';
      const queue = this.lanes.get(lane);
      const waiting = { item, weight, resolve, reject };
      if (queue) queue.push(waiting);
      else this.lanes.set(lane, [waiting]);
      this.waitingItems += 1;
      this.waitingWeight += weight;
      this.schedule();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.waitingItems === 0 && this.underWay === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private schedule(): void {
    if (this.underWay >= this.options.concurrency || this.waitingItems === 0) return;
    if (this.isFull()) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), this.options.lingerMs);
  }

  private isFull(): boolean {
    return (
      this.waitingItems >= this.options.maxItems || this.waitingWeight >= (this.options.maxWeight ?? Infinity)
    );
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const group = this.take();
    if (group.length === 0) return;
    this.underWay += 1;
    this.commit(group.map(({ item }) => item))
      .then(
        (results) => group.forEach(({ resolve }, i) => resolve(results[i])),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.underWay -= 1;
        if (this.waitingItems > 0) this.schedule();
        else if (this.underWay === 0) this.idleWaiters.splice(0).forEach((resolve) => resolve());
      });
    this.schedule();
  }

  private take(): Waiting<T, R>[] {
    const group: Waiting<T, R>[] = [];
    let weight = 0;
    const hasRoom = (): boolean =>
      group.length < this.options.maxItems && weight < (this.options.maxWeight ?? Infinity);
    // One lane after the other gives a share; a single lane gives all at once.
    const share =
      this.lanes.size === 1
        ? this.options.maxItems
        : Math.max(1, Math.ceil(this.options.maxItems / this.lanes.size));
    while (this.lanes.size > 0 && hasRoom()) {
      for (const [lane, queue] of this.lanes) {
        let taken = 0;
        while (taken < share && taken < queue.length && hasRoom()) {
          const next = queue[taken];
          group.push(next);
          weight += next.weight;
          taken += 1;
        }
        queue.splice(0, taken);
        this.lanes.delete(lane);
        // Back to the end of the line, so that the next group starts with somebody else.
        if (queue.length > 0) this.lanes.set(lane, queue);
        if (!hasRoom()) break;
      }
    }
    this.waitingItems -= group.length;
    this.waitingWeight -= weight;
    return group;
  }
}
