import { BeforeApplicationShutdown, Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { dependencyAway, GroupCommit, isDependencyAway, Metrics, Problem } from '@app/platform';
import { EventStore, type NewEvent, type StoredEvent } from './event-store';
import { FirstAttempts } from './first-attempts';
import { KnownAccounts } from './known-accounts';
import { readPublication } from './publication';

/** What a publisher is told once its event is committed. */
export interface Accepted {
  /** `evt_…`; of the first event with the same idempotency key. */
  id: string;
  /** How many webhooks it goes to. */
  deliveries: number;
  duplicate: boolean;
}

/** Events that wait for their commit may take so much memory; beyond it publishers are turned away, in characters. */
const MAX_WAITING_CHARACTERS = 64 * 1024 * 1024;
/** A group is held back for so long at the most while sending can't keep up, in milliseconds. */
const HOLD_BACK_MS = 50;
/** A commit that takes longer than this is not answered any more: PostgreSQL hangs, and who comes now is told so, in milliseconds. */
const STUCK_AFTER_MS = 1_500;
/** After PostgreSQL has failed to answer, so long is answered for it without asking, in milliseconds. */
const AWAY_FOR_MS = 500;

/**
 * The door for events: HTTP, the `call-events` queue and code in the monolith all publish here.
 *
 * Concurrent events are committed in groups, each with its deliveries, and acknowledged only then. Accounts take turns
 * in the groups, so one account's burst doesn't hold up another's event.
 */
@Injectable()
export class EventBus implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger('Event');
  private readonly group = new GroupCommit<NewEvent, StoredEvent>((events) => this.commit(events), {
    lingerMs: 2,
    maxItems: 128,
    maxWeight: 8 * 1024 * 1024,
    weigh: (event) => event.data.length,
    concurrency: 2,
    lane: (event) => event.accountId,
  });
  private waitingCharacters = 0;
  private awayUntil = 0;
  /** When the commits under way began. */
  private readonly commitsSince = new Set<number>();
  private isClosing = false;

  constructor(
    private readonly store: EventStore,
    private readonly accounts: KnownAccounts,
    private readonly first: FirstAttempts,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Publishes an event: `{accountId, type, idempotencyKey?, occurredAt?, data}`.
   * @returns once the event and its deliveries are committed.
   * @throws Problem validation_failed | payload_too_large | overloaded | dependency_unavailable. After the last one
   * the event may have been stored all the same, when the answer to the commit was lost: publish it again with the
   * same idempotency key.
   */
  async publish(publication: unknown): Promise<Accepted> {
    const event = readPublication(publication);
    this.refuseIfBusy();
    try {
      const known = this.accounts.has(event.accountId);
      if (known !== true && !(await known)) {
        throw Problem.invalid([{ path: 'accountId', message: 'is not the id of a known account' }]);
      }
      const stored = await this.add(event);
      return {
        id: stored.duplicateOf ?? event.id,
        deliveries: stored.deliveries.length,
        duplicate: stored.duplicateOf !== null,
      };
    } catch (error) {
      if (!isDependencyAway(error)) throw error;
      this.awayUntil = performance.now() + AWAY_FOR_MS;
      throw dependencyAway('PostgreSQL', error);
    }
  }

  onModuleDestroy(): void {
    this.isClosing = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.group.drained();
  }

  private async add(event: NewEvent): Promise<StoredEvent> {
    const characters = event.data.length;
    this.waitingCharacters += characters;
    try {
      return await this.group.add(event);
    } finally {
      this.waitingCharacters -= characters;
    }
  }

  private refuseIfBusy(): void {
    if (this.isClosing)
      throw new Problem('overloaded', 'The service is about to stop; try again.', {
        headers: { 'Retry-After': '1' },
      });
    const now = performance.now();
    const [oldest = now] = this.commitsSince;
    if (now < this.awayUntil || now - oldest > STUCK_AFTER_MS) throw dependencyAway('PostgreSQL');
    if (this.waitingCharacters < MAX_WAITING_CHARACTERS) return;
    throw new Problem('overloaded', 'Too many events are waiting to be stored; try again.', {
      headers: { 'Retry-After': '1' },
    });
  }

  private async commit(events: NewEvent[]): Promise<StoredEvent[]> {
    // Groups that have waited for one that PostgreSQL did not answer would only wait as long again.
    if (performance.now() < this.awayUntil) throw dependencyAway('PostgreSQL');
    await this.first.ready(HOLD_BACK_MS);
    const custody = this.first.custody(new Set(events.map((event) => event.accountId)));
    const results = await this.timed(() => this.store.commit(events, custody));
    const fresh = results.flatMap((stored, i) =>
      stored.duplicateOf === null ? [{ event: events[i], deliveries: stored.deliveries }] : [],
    );
    this.first.take(custody.leaseId, fresh);
    for (const { event, deliveries } of fresh) this.observe(event, deliveries.length);
    return results;
  }

  private async timed<T>(commit: () => Promise<T>): Promise<T> {
    const since = performance.now();
    this.commitsSince.add(since);
    try {
      return await commit();
    } catch (error) {
      if (isDependencyAway(error)) this.awayUntil = performance.now() + AWAY_FOR_MS;
      throw error;
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
