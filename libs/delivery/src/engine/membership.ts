import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { HotPathSql, plainArray } from '@app/platform';

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

/** A dispatcher that has not been heard of for so long is dead: others take over what it had in hand. */
export const DEAD_AFTER_MS = 5_000;

/**
 * This dispatcher among the others. Each writes a heartbeat into PostgreSQL, by PostgreSQL's clock, so that nobody's
 * wrong clock makes a living one look dead. One that could not write its heartbeat in time stops sending by itself
 * (`mayAct`) before the others take its deliveries over.
 */
@Injectable()
export class Membership {
  /** A uuid, new with each start. */
  readonly dispatcherId = randomUUID();
  private readonly logger = new Logger('Membership');
  private beatAt = Number.NEGATIVE_INFINITY;
  private beatingSince = Number.POSITIVE_INFINITY;
  private living: string[] = [this.dispatcherId];
  private readonly owners = new Map<string, string>();

  constructor(private readonly sql: HotPathSql) {}

  /** Whether the last heartbeat is fresh enough for nobody to think this dispatcher dead. */
  get mayAct(): boolean {
    return performance.now() - this.beatAt < DEAD_AFTER_MS - 1_000;
  }

  /**
   * Writes a heartbeat and looks around.
   * @returns whose heartbeats have stopped.
   */
  async beat(): Promise<string[]> {
    const before = performance.now();
    await this.sql.execute(BEAT, [this.dispatcherId, hostname()]);
    if (before - this.beatAt > DEAD_AFTER_MS) this.beatingSince = before;
    // The time before the statement: it may have been written then, and waited for us to hear of it.
    this.beatAt = before;
    const all = await this.sql.rows<{ id: string; silent: boolean }>(ALL, [DEAD_AFTER_MS]);
    this.seeLiving(all.filter(({ silent }) => !silent).map(({ id }) => id));
    // After PostgreSQL was away everybody's heartbeat is old: give the others time to come back first.
    const mayJudge = performance.now() - this.beatingSince > DEAD_AFTER_MS;
    return mayJudge
      ? all.filter(({ id, silent }) => silent && id !== this.dispatcherId).map(({ id }) => id)
      : [];
  }

  async remove(dispatcherIds: readonly string[]): Promise<void> {
    await this.sql.execute(REMOVE, [plainArray(dispatcherIds)]);
  }

  /**
   * Whether this dispatcher is the one to send to a webhook whose own limits only hold if one process counts: the
   * living ones agree without talking (rendezvous hashing), and most webhooks stay where they are when one leaves.
   */
  owns(webhookId: string): boolean {
    if (this.living.length === 1) return true;
    let owner = this.owners.get(webhookId);
    if (!owner) {
      owner = this.living.reduce((best, id) => (weight(id, webhookId) > weight(best, webhookId) ? id : best));
      this.owners.set(webhookId, owner);
    }
    return owner === this.dispatcherId;
  }

  private seeLiving(ids: string[]): void {
    const living = ids.length > 0 ? ids.sort() : [this.dispatcherId];
    if (living.join() === this.living.join()) return;
    this.living = living;
    this.owners.clear();
    this.logger.log(`${living.length} dispatcher${living.length === 1 ? '' : 's'} at work`);
  }
}

function weight(dispatcherId: string, webhookId: string): string {
  return createHash('sha1').update(dispatcherId).update(webhookId).digest('hex');
}
