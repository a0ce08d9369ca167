import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Config, firstIdAt, fromUuid, Sql, toUuid } from '@app/platform';
import { phoneHash, phoneKey } from './phone-hash';

/** Events of the last seconds may still be on their way to a commit: what is older has come or never will. */
const SETTLED_AFTER_MS = 20_000;
const BATCH = 1_000;
const PAUSE_MS = 2_000;
/** Between batches while there is more: indexing must not take a core from the deliveries. */
const BREATHER_MS = 50;
const LOCK = 7_201_127;

interface NumbersOfEvent {
  id: string;
  from_number: string | null;
  to_number: string | null;
}

/** The numbers stand at the same place in every stored payload; see `parseCallData`. */
const NUMBERS = `data::json #>> '{phoneNumbers,from}' as from_number, data::json #>> '{phoneNumbers,to}' as to_number`;

/**
 * Lets staff find a call by a phone number without a word of it in the hot path: this process reads new events a few
 * seconds later and keeps keyed hashes of their numbers. Several backoffice processes take turns.
 */
@Injectable()
export class PhoneIndex implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('PhoneIndex');
  private readonly key: Buffer;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  private running: Promise<void> = Promise.resolve();
  private complained = false;

  constructor(
    private readonly sql: Sql,
    config: Config,
  ) {
    this.key = phoneKey(config.ENCRYPTION_KEY);
  }

  onApplicationBootstrap(): void {
    this.schedule(PAUSE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** The newest events with a number, newest first. Events too new for the index are looked through one by one. */
  async eventsWith(digits: string, limit: number): Promise<string[]> {
    const hash = phoneHash(this.key, digits);
    if (hash === null) return [];
    const [indexed, fresh] = await Promise.all([
      this.sql.rows<{ event_id: string }>(
        'select event_id from event_phones where number_hash = $1 order by event_id desc limit $2',
        [hash, limit],
      ),
      this.sql.rows<NumbersOfEvent>(
        `select id, ${NUMBERS} from events
         where id > (select indexed_to from event_phones_progress) and data is not null order by id desc limit 2000`,
      ),
    ]);
    const freshHits = fresh.filter((event) => this.hashesOf(event).includes(hash)).map(({ id }) => id);
    const ids = [...new Set([...freshHits, ...indexed.map(({ event_id }) => event_id)])];
    return ids.slice(0, limit).map((id) => fromUuid('evt', id));
  }

  /** Indexes what has come and settled. @returns whether there is more. */
  async catchUp(settledBefore = new Date(Date.now() - SETTLED_AFTER_MS)): Promise<boolean> {
    return this.sql.transaction(async (client) => {
      const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
        LOCK,
      ]);
      if (!lock.rows[0]?.mine) return false;
      const { rows: events } = await client.query<NumbersOfEvent>(
        `select id, ${NUMBERS} from events
         where id > (select indexed_to from event_phones_progress) and id < $1 and data is not null
         order by id limit $2`,
        [toUuid(firstIdAt('evt', settledBefore)), BATCH],
      );
      const last = events.at(-1);
      if (!last) return false;
      const found = events.flatMap((event) => this.hashesOf(event).map((hash) => ({ id: event.id, hash })));
      await client.query(
        `insert into event_phones (event_id, number_hash)
         select found.id, found.hash from unnest($1::uuid[], $2::bigint[]) as found (id, hash)
         join events on events.id = found.id and events.expunged_at is null
         on conflict do nothing`,
        [found.map(({ id }) => id), found.map(({ hash }) => hash)],
      );
      await client.query('update event_phones_progress set indexed_to = $1', [last.id]);
      return events.length === BATCH;
    });
  }

  private hashesOf(event: NumbersOfEvent): string[] {
    const hashes = [phoneHash(this.key, event.from_number), phoneHash(this.key, event.to_number)];
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
        (error: Error) => {
          // PostgreSQL is away: told once, tried again until it is back.
          if (!this.complained) this.logger.warn(`Phone numbers are not being indexed: ${error.message}`);
          this.complained = true;
          this.schedule(5 * PAUSE_MS);
        },
      );
    }, ms);
    this.timer.unref();
  }
}
