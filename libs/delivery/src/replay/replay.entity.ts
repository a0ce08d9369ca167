import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';
import { firstPhase, isCounting, type ReplayPhase } from './replay-phase';
import type { ReplaySelection } from './replay-selection';

export const REPLAY_STATUSES = ['RUNNING', 'DONE', 'CANCELLED'] as const;
export type ReplayStatus = (typeof REPLAY_STATUSES)[number];

/** What an account asked to be sent again to a webhook. `ReplayRunner` moves it on, a batch at a time. */
@Entity({ tableName: 'replays' })
export class Replay {
  @PrimaryKey({ type: new IdType('rpl') })
  id: string = newId('rpl');

  @Property({ type: new IdType('acc') })
  accountId: string;

  @Property({ type: new IdType('whk') })
  webhookId: string;

  @Property({ type: 'text' })
  which: ReplaySelection;

  /** From this time on … */
  @Property({ type: 'datetime', length: 3 })
  since: Date;

  /** … and before this one: of deliveries (or events, for `missed`), by when they were made. */
  @Property({ type: 'datetime', length: 3 })
  until: Date;

  /** Whether `until` was asked for, or is just the time of asking. */
  @Property({ type: 'boolean' })
  untilGiven: boolean;

  @Property({ type: 'text' })
  status: ReplayStatus = 'RUNNING';

  /** Why it ended before its end; null otherwise. */
  @Property({ type: 'text', nullable: true })
  endReason: string | null = null;

  /** How many deliveries there are to send again, as far as they are counted. */
  @Property({ type: 'integer' })
  count: number = 0;

  /** How many of them are in line for sending so far. */
  @Property({ type: 'integer' })
  queued: number = 0;

  /** Of the replay of several webhooks that it is a part of. */
  @Property({ type: new IdType('rpl'), nullable: true })
  groupId: string | null = null;

  @Property({ type: 'text' })
  phase: ReplayPhase;

  /** The bare UUID that the batch before ended with. */
  @Property({ type: 'uuid', nullable: true })
  afterId: string | null = null;

  @Property({ type: 'datetime', length: 3 })
  nextBatchAt: Date = new Date();

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  finishedAt: Date | null = null;

  constructor(accountId: string, webhookId: string, request: ReplayRequest, now: Date) {
    this.accountId = accountId;
    this.webhookId = webhookId;
    this.which = request.which;
    this.since = request.since;
    this.until = request.until ?? now;
    this.untilGiven = request.until !== undefined;
    this.phase = firstPhase(request.which);
  }

  /** Whether `count` is final. A long window is counted in the background. */
  get isCounted(): boolean {
    return !isCounting(this.phase);
  }

  /** Whether somebody who asks for this would get what is under way already. */
  answers({ which, since, until }: ReplayRequest): boolean {
    const sameEnd =
      until === undefined ? !this.untilGiven : this.untilGiven && until.getTime() === this.until.getTime();
    return which === this.which && since.getTime() === this.since.getTime() && sameEnd;
  }
}

export interface ReplayRequest {
  which: ReplaySelection;
  since: Date;
  /** Default: the time of asking. */
  until?: Date;
}
