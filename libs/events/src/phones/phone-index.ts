import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { PoolClient } from 'pg';
import {
  Config,
  encryptionKeyId,
  firstIdAt,
  fromUuid,
  isDependencyAway,
  Metrics,
  Sql,
  timeOf,
  toUuid,
} from '@app/platform';
import { numbersOf, rowsWithin, type NumbersOfEvent } from './numbers-of-events';
import { phoneHash, phoneKey } from './phone-hash';

/** Events of the last seconds may still be on their way to a commit: what is older has come or never will. */
const SETTLED_AFTER_MS = 20_000;
const BATCH = 1_000;
/** When a batch fails, the next one is this much smaller, until the event that makes it fail is alone. */
const SHRINK = 10;
const PAUSE_MS = 2_000;
/** Between batches while there is more: indexing must not take a core from the deliveries. */
const BREATHER_MS = 50;
const LOCK = 7_201_127;
const START = '00000000-0000-7000-8000-000000000000';

/** The oldest event that is not in the index. */
const OLDEST_WAITING = `
  select id from events where id > (select indexed_to from event_phones_progress) and data is not null order by id limit 1`;

/**
 * Builds the index for `PhoneSearch` without any work in the hot path: dispatchers read new events a few seconds after
 * their commit and store keyed hashes of their numbers. Several dispatchers take turns. An event that cannot be read is
 * logged, counted, and skipped.
 *
 * When ENCRYPTION_KEY is replaced, the index is built again with the new key. Until it is complete, numbers are searched
 * by the previous keys too.
 */
@Injectable()
export class PhoneIndex implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('PhoneIndex');
  private readonly key: Buffer;
  private readonly keyId: string;
  private batch = BATCH;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  private running: Promise<void> = Promise.resolve();
  private complained = false;

  constructor(
    private readonly sql: Sql,
    private readonly metrics: Metrics,
    config: Config,
  ) {
    this.key = phoneKey(config.ENCRYPTION_KEY);
    this.keyId = encryptionKeyId(config.ENCRYPTION_KEY);
    metrics.measurePhoneIndexLag(() => this.lagSeconds());
  }

  onApplicationBootstrap(): void {
    this.schedule(PAUSE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /**
   * Indexes what has come and settled.
   * @returns whether there is more.
   * @throws when PostgreSQL is down, or a batch fails: then the next one is smaller.
   */
  async catchUp(settledBefore = new Date(Date.now() - SETTLED_AFTER_MS)): Promise<boolean> {
    try {
      const more = await this.sql.transaction((client) => this.indexNext(client, settledBefore));
      this.batch = BATCH;
      return more;
    } catch (error) {
      if (this.batch > 1) {
        this.batch = Math.max(1, Math.floor(this.batch / SHRINK));
        throw error;
      }
      if (isDependencyAway(error)) throw error;
      await this.skipNext(error);
      return true;
    }
  }

  /** How long the oldest event has waited to be indexed, in seconds; 0 when there is none. */
  async lagSeconds(): Promise<number> {
    const [oldest] = await this.sql.rows<{ id: string }>(OLDEST_WAITING);
    return oldest ? Math.max(0, Date.now() - timeOf(fromUuid('evt', oldest.id)).getTime()) / 1_000 : 0;
  }

  private async indexNext(client: PoolClient, settledBefore: Date): Promise<boolean> {
    const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
      LOCK,
    ]);
    if (!lock.rows[0]?.mine) return false;
    const indexedTo = await this.progress(client);
    const { rows } = await client.query<{ id: string }>(
      'select id from events where id > $1 and id < $2 and data is not null order by id limit $3',
      [indexedTo, toUuid(firstIdAt('evt', settledBefore)), this.batch],
    );
    const ids = rows.map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined) return false;
    const events = await numbersOf(ids, rowsWithin(client), (id) => this.noteSkipped(id, 'is not JSON'));
    const found = events.flatMap((event) => this.hashesOf(event).map((hash) => ({ id: event.id, hash })));
    // Hashes by a key that was replaced since.
    await client.query('delete from event_phones where event_id = any ($1::uuid[])', [ids]);
    await client.query(
      `insert into event_phones (event_id, number_hash, account_id)
       select found.id, found.hash, events.account_id from unnest($1::uuid[], $2::bigint[]) as found (id, hash)
       join events on events.id = found.id and events.expunged_at is null
       on conflict do nothing`,
      [found.map(({ id }) => id), found.map(({ hash }) => hash)],
    );
    await client.query('update event_phones_progress set indexed_to = $1', [last]);
    return ids.length === this.batch;
  }

  /** Up to where the index is complete by the present key. */
  private async progress(client: PoolClient): Promise<string> {
    const { rows } = await client.query<{ indexed_to: string; key_id: string | null }>(
      'select indexed_to, key_id from event_phones_progress',
    );
    const { indexed_to: indexedTo, key_id: keyId } = rows[0] ?? { indexed_to: START, key_id: null };
    if (keyId === this.keyId) return indexedTo;
    const restart = keyId !== null;
    if (restart) this.logger.log('ENCRYPTION_KEY was replaced: phone numbers are being indexed again');
    const from = restart ? START : indexedTo;
    await client.query('update event_phones_progress set indexed_to = $1, key_id = $2', [from, this.keyId]);
    return from;
  }

  /** Leaves out the one event that cannot be indexed for a reason nobody foresaw. */
  private async skipNext(error: unknown): Promise<void> {
    const [next] = await this.sql.rows<{ id: string }>(OLDEST_WAITING);
    if (!next) return;
    await this.sql.execute('update event_phones_progress set indexed_to = $1 where indexed_to < $1', [
      next.id,
    ]);
    this.noteSkipped(next.id, 'cannot be indexed', error);
  }

  private noteSkipped(id: string, why: string, error?: unknown): void {
    this.metrics.phoneIndexSkipped.inc();
    this.logger.warn({ err: error, eventId: fromUuid('evt', id) }, `The payload of an event ${why}; skipped`);
  }

  /** By the present key. */
  private hashesOf(event: NumbersOfEvent): string[] {
    const hashes = [event.from_number, event.to_number].map((number) => phoneHash(this.key, number));
    return [...new Set(hashes.filter((hash) => hash !== null))];
  }

  private schedule(ms: number): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.running = this.catchUp().then(
        (more) => {
          this.complained = false;
          this.schedule(more ? BREATHER_MS : PAUSE_MS);
        },
        (error: unknown) => {
          // PostgreSQL is down: logged once, tried again until it is back.
          if (!this.complained) this.logger.warn({ err: error }, 'Phone numbers are not being indexed');
          this.complained = true;
          this.schedule(5 * PAUSE_MS);
        },
      );
    }, ms);
    this.timer.unref();
  }
}
