import { Injectable } from '@nestjs/common';
import { Config, fromUuid, Sql, toUuid } from '@app/platform';
import type { EventMatch } from './event-match';
import { CallReader } from './call-reader';
import { numbersOf, rowsOf } from '../phones/numbers-of-events';
import { phoneHash, phoneKey } from '../phones/phone-hash';

/** Up to this many events with a number are listed by id; of a number with more, events are checked one by one. */
const MAX_LISTED = 1_000;
/** How many of the newest events are read because they may not be in the index yet. */
const MAX_FRESH_OF_ACCOUNT = 1_000;
const MAX_FRESH = 2_000;

const NOT_INDEXED = 'id > (select indexed_to from event_phones_progress) and data is not null';

/** Finds events by a phone number in any usual notation. Numbers are the same if their last 8 digits are. */
@Injectable()
export class PhoneSearch {
  /** The present key first. */
  private readonly keys: Buffer[];

  constructor(
    private readonly sql: Sql,
    private readonly calls: CallReader,
    config: Config,
  ) {
    this.keys = [config.ENCRYPTION_KEY, ...config.PREVIOUS_ENCRYPTION_KEYS].map(phoneKey);
  }

  /** The events of an account with a number. Events too new for the index are read one by one. */
  async match(accountId: string, number: string): Promise<EventMatch> {
    const hashes = this.hashesOf(number);
    if (hashes.length === 0) return { eventIds: [], numberHashes: null };
    const [indexed, waiting] = await Promise.all([
      this.sql.rows<{ event_id: string }>(
        'select distinct event_id from event_phones where account_id = $1 and number_hash = any ($2::bigint[]) limit $3',
        [toUuid(accountId), hashes, MAX_LISTED + 1],
      ),
      this.sql.rows<{ id: string }>(
        `select id from events where account_id = $1 and ${NOT_INDEXED} order by id desc limit ${MAX_FRESH_OF_ACCOUNT}`,
        [toUuid(accountId)],
      ),
    ]);
    const calls = await this.calls.of(accountId, waiting.map(({ id }) => fromUuid('evt', id))); // prettier-ignore
    const fresh = [...calls]
      .filter(([, { from, to }]) => this.isAnyOf(hashes, from, to))
      .map(([id]) => toUuid(id));
    return indexed.length > MAX_LISTED
      ? { eventIds: fresh, numberHashes: hashes }
      : { eventIds: [...fresh, ...indexed.map(({ event_id }) => event_id)], numberHashes: null };
  }

  /** The newest events of all accounts with a number, newest first, for staff. */
  async newestOfAll(number: string, limit: number): Promise<string[]> {
    const hashes = this.hashesOf(number);
    if (hashes.length === 0) return [];
    const [indexed, waiting] = await Promise.all([
      this.sql.rows<{ event_id: string }>(
        'select distinct event_id from event_phones where number_hash = any ($1::bigint[]) order by event_id desc limit $2',
        [hashes, limit],
      ),
      this.sql.rows<{ id: string }>(
        `select id from events where ${NOT_INDEXED} order by id desc limit ${MAX_FRESH}`,
      ),
    ]);
    const fresh = await numbersOf(
      waiting.map(({ id }) => id),
      rowsOf(this.sql),
      () => undefined,
    );
    const freshHits = fresh
      .filter(({ from_number, to_number }) => this.isAnyOf(hashes, from_number, to_number))
      .map(({ id }) => id);
    const ids = [...new Set([...freshHits.reverse(), ...indexed.map(({ event_id }) => event_id)])];
    return ids.slice(0, limit).map((id) => fromUuid('evt', id));
  }

  /** By every key that the index may have been made with. */
  private hashesOf(number: string): string[] {
    return this.keys.map((key) => phoneHash(key, number)).filter((hash) => hash !== null);
  }

  private isAnyOf([present]: string[], ...numbers: (string | null)[]): boolean {
    return numbers.some((number) => phoneHash(this.keys[0], number) === present);
  }
}
