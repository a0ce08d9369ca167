import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit, hasNotExecuted, isDependencyAway, Metrics } from '@app/platform';
import { EventStore, MAX_INLINE_DELIVERIES, type NewEvent, type StoredEvent } from './event-store';
import { Fanouts } from './fanout/fanouts';
import { FirstAttempts } from './first-attempts';
import { notAccepted, outcomeUnknown } from './unavailable';

/** Events that wait for their commit may take this much memory; beyond it publishers are turned away, in characters. */
const MAX_WAITING_CHARACTERS = 64 * 1024 * 1024;
/** A group is held back for at most this long while sending can't keep up, in milliseconds. */
const HOLD_BACK_MS = 50;
/** A commit that takes longer than this means that PostgreSQL hangs: new events are turned away at once, in milliseconds. */
const STUCK_AFTER_MS = 1_500;
/** After PostgreSQL has failed to answer, events are turned away for this long without asking it, in milliseconds. */
const AWAY_FOR_MS = 500;

/** What a delivery weighs in a group, in characters: a thousand of them are as much as a group may have. */
const DELIVERY_WEIGHT = 8 * 1024;
/** Fewer deliveries for each event make no group heavy. */
const FEW_DELIVERIES = 4;
const MAX_ACCOUNTS_REMEMBERED = 50_000;

/**
 * Commits concurrent events in groups, each with its deliveries. Accounts take turns in the groups, so one account's
 * burst doesn't hold up another's event.
 */
@Injectable()
export class EventCommits {
  private readonly logger = new Logger('Event');
  private readonly group = new GroupCommit<NewEvent, StoredEvent>((events) => this.commit(events), {
    lingerMs: 2,
    maxItems: 128,
    maxWeight: 8 * 1024 * 1024,
    weigh: (event) => event.data.length + this.deliveriesOf(event) * DELIVERY_WEIGHT,
    concurrency: 2,
    lane: (event) => event.accountId,
  });
  /** Events of accounts with very many webhooks: to list these takes a commit longer than all else. */
  private readonly wideGroup = new GroupCommit<NewEvent, StoredEvent>((events) => this.commit(events), {
    lingerMs: 2,
    maxItems: 2,
    concurrency: 1,
    lane: (event) => event.accountId,
  });
  /** To how many webhooks the last event of an account went, if they were many. */
  private readonly fanoutByAccount = new Map<string, number>();
  private waitingCharacters = 0;
  private awayUntil = 0;
  /** When the commits under way began. */
  private readonly commitsSince = new Set<number>();
  private isClosing = false;

  constructor(
    private readonly store: EventStore,
    private readonly first: FirstAttempts,
    private readonly fanouts: Fanouts,
    private readonly metrics: Metrics,
  ) {}

  /** @throws Problem not_accepted, outcome_unknown */
  async add(event: NewEvent): Promise<StoredEvent> {
    const characters = event.data.length;
    this.waitingCharacters += characters;
    try {
      const stored = await this.addToGroup(event);
      return stored.keyReleased ? await this.addWithReleasedKey(event) : stored;
    } catch (error) {
      throw isDependencyAway(error) ? outcomeUnknown(error) : error;
    } finally {
      this.waitingCharacters -= characters;
    }
  }

  /** @throws Problem not_accepted */
  rejectIfBusy(): void {
    if (this.isClosing) throw notAccepted('The service is about to stop.');
    const now = performance.now();
    const [oldest = now] = this.commitsSince;
    if (now < this.awayUntil || now - oldest > STUCK_AFTER_MS)
      throw notAccepted('PostgreSQL is not available.');
    if (this.waitingCharacters >= MAX_WAITING_CHARACTERS) throw notAccepted('Too many events are waiting.');
  }

  /** From now on nothing is accepted. */
  close(): void {
    this.isClosing = true;
  }

  async drained(): Promise<void> {
    await Promise.all([this.group.drained(), this.wideGroup.drained()]);
  }

  private async addToGroup(event: NewEvent): Promise<StoredEvent> {
    if (this.deliveriesOf(event) <= MAX_INLINE_DELIVERIES) return this.group.add(event);
    await this.fanouts.room(event.accountId);
    return this.wideGroup.add(event);
  }

  /** To how many webhooks an event is likely to go. */
  private deliveriesOf({ accountId }: NewEvent): number {
    return this.fanoutByAccount.get(accountId) ?? 1;
  }

  private remember({ accountId }: NewEvent, count: number): void {
    if (count <= FEW_DELIVERIES) {
      this.fanoutByAccount.delete(accountId);
      return;
    }
    if (this.fanoutByAccount.size >= MAX_ACCOUNTS_REMEMBERED) this.fanoutByAccount.clear();
    this.fanoutByAccount.set(accountId, count);
  }

  private async addWithReleasedKey(event: NewEvent): Promise<StoredEvent> {
    const stored = await this.addToGroup(event);
    if (stored.keyReleased) throw new Error(`The idempotency key of event ${event.id} was not released`);
    return stored;
  }

  private async commit(events: NewEvent[]): Promise<StoredEvent[]> {
    // Groups that have waited for one that PostgreSQL did not answer would only wait as long again.
    if (performance.now() < this.awayUntil) throw notAccepted('PostgreSQL is not available.');
    await this.first.ready(HOLD_BACK_MS);
    const custody = this.first.custody(new Set(events.map((event) => event.accountId)));
    const results = await this.timed(() => this.store.commit(events, custody));
    const fresh = results.flatMap((stored, i) =>
      stored.duplicateOf === null && !stored.keyReleased ? [{ event: events[i], ...stored }] : [],
    );
    this.first.take(custody.leaseId, fresh);
    for (const { event, count, deferred } of fresh) {
      this.remember(event, count);
      if (deferred > 0) this.fanouts.start(event, deferred);
      this.observe(event, count);
    }
    return results;
  }

  private async timed<T>(commit: () => Promise<T>): Promise<T> {
    const since = performance.now();
    this.commitsSince.add(since);
    try {
      return await commit();
    } catch (error) {
      if (!isDependencyAway(error)) throw error;
      this.awayUntil = performance.now() + AWAY_FOR_MS;
      throw hasNotExecuted(error)
        ? notAccepted('PostgreSQL is not available.', error)
        : outcomeUnknown(error);
    } finally {
      this.commitsSince.delete(since);
    }
  }

  private observe(event: NewEvent, deliveries: number): void {
    this.metrics.eventsAccepted.inc({ type: event.type });
    this.logger.log({
      msg: 'event',
      eventId: event.id,
      accountId: event.accountId,
      type: event.type,
      deliveries,
    });
  }
}
