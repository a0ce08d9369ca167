import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { HeartbeatSql, plainArray } from '@app/platform';

const BEAT = {
  name: 'dispatchers.beat',
  text: `
    insert into dispatchers (id, name) values ($1::uuid, $2)
    on conflict (id) do update set heartbeat_at = now()`,
};

const ALL = {
  name: 'dispatchers.all',
  text: `select id, heartbeat_at < now() - $1::int * interval '1 millisecond' as silent from dispatchers`,
};

const REMOVE = {
  name: 'dispatchers.remove',
  text: 'delete from dispatchers where id = any ($1::uuid[])',
};

/** A dispatcher without a heartbeat for this long is dead: others take over what it had claimed. */
export const DEAD_AFTER_MS = 5_000;
/** Ranks that are remembered: one for each endpoint and host. */
const MAX_RANKS = 100_000;

/**
 * This dispatcher among the others. Each writes a heartbeat into PostgreSQL, by PostgreSQL's clock, so that a wrong
 * clock makes no living dispatcher look dead. One that could not write its heartbeat in time stops sending
 * (`hasFreshHeartbeat`) before the others take its deliveries over.
 */
@Injectable()
export class Membership {
  /** A UUID, different after each start. */
  readonly dispatcherId = randomUUID();
  private readonly logger = new Logger('Membership');
  private beatAt = Number.NEGATIVE_INFINITY;
  private beatingSince = Number.POSITIVE_INFINITY;
  private silent: string[] = [];
  private living: string[] = [this.dispatcherId];
  /** By webhook or host: this dispatcher's rank among the living. */
  private readonly ranks = new Map<string, number>();
  private changeCount = 0;

  constructor(private readonly sql: HeartbeatSql) {}

  /** Whether the last heartbeat is so fresh that no other dispatcher takes this one for dead. */
  get hasFreshHeartbeat(): boolean {
    return performance.now() - this.beatAt < DEAD_AFTER_MS - 1_000;
  }

  /** Writes a heartbeat, and reads those of the others. */
  async beat(): Promise<void> {
    const before = performance.now();
    await this.sql.execute(BEAT, [this.dispatcherId, hostname()]);
    if (before - this.beatAt > DEAD_AFTER_MS) this.beatingSince = before;
    // The time before the statement: it may have been written then, and its answer may have come late.
    this.beatAt = before;
    const all = await this.sql.rows<{ id: string; silent: boolean }>(ALL, [DEAD_AFTER_MS]);
    this.seeLiving(all.filter(({ silent }) => !silent).map(({ id }) => id));
    this.silent = all.filter(({ id, silent }) => silent && id !== this.dispatcherId).map(({ id }) => id);
  }

  /**
   * Dispatchers whose heartbeats have stopped. None while this one has not been beating for long itself: after
   * PostgreSQL was away, every heartbeat is old, and the others need time to come back first.
   */
  get dead(): readonly string[] {
    return performance.now() - this.beatingSince > DEAD_AFTER_MS ? this.silent : [];
  }

  async remove(dispatcherIds: readonly string[]): Promise<void> {
    await this.sql.execute(REMOVE, [plainArray(dispatcherIds)]);
  }

  /** Grows when dispatchers come or go. */
  get changes(): number {
    return this.changeCount;
  }

  /**
   * Whether this dispatcher is the one that counts what only one can count for an endpoint: the webhook's own limits,
   * and the probes of an open circuit. The living ones agree without messages (rendezvous hashing), and most endpoints
   * stay where they are when one leaves.
   */
  owns(key: string): boolean {
    return this.living.length === 1 || this.rankFor(key) === 0;
  }

  /** This dispatcher's part of a limit that holds for all of them together. Their parts add up to the limit. */
  shareOf(key: string, limit: number): number {
    const count = this.living.length;
    if (count === 1) return limit;
    return Math.floor(limit / count) + (this.rankFor(key) < limit % count ? 1 : 0);
  }

  private rankFor(key: string): number {
    let rank = this.ranks.get(key);
    if (rank === undefined) {
      const own = weight(this.dispatcherId, key);
      rank = this.living.filter((id) => weight(id, key) > own).length;
      if (this.ranks.size >= MAX_RANKS) this.ranks.clear();
      this.ranks.set(key, rank);
    }
    return rank;
  }

  private seeLiving(ids: string[]): void {
    const living = ids.length > 0 ? ids.sort() : [this.dispatcherId];
    if (living.join() === this.living.join()) return;
    this.living = living;
    this.ranks.clear();
    this.changeCount += 1;
    this.logger.log(`${living.length} dispatcher${living.length === 1 ? '' : 's'} at work`);
  }
}

function weight(dispatcherId: string, key: string): string {
  return createHash('sha1').update(dispatcherId).update(key).digest('hex');
}
