import { Injectable } from '@nestjs/common';
import { type EventFilter, type EventMatch, phoneDigits, PhoneSearch } from '@app/events';
import { isId, Sql, toUuid } from '@app/platform';
import type { DeliveryFilter } from './delivery-query';

/** A call has a few events; of one with more, the newest are found. */
const MAX_EVENTS_OF_CALL = 1_000;

const OF_CALL = `
  select id from events where account_id = $1 and call_id = $2 order by id desc limit ${MAX_EVENTS_OF_CALL}`;

/** Finds events and deliveries of an account by what people know of a call: an id, or a phone number. */
@Injectable()
export class CallSearch {
  constructor(
    private readonly sql: Sql,
    private readonly phones: PhoneSearch,
  ) {}

  /** @param q an event, delivery, or call id, or a phone number in any usual notation. */
  async deliveries(accountId: string, q: string): Promise<DeliveryFilter['match']> {
    const text = q.trim();
    return isId('dlv', text) ? { deliveryId: text } : this.byEvent(accountId, text);
  }

  /** @param q an event, delivery, or call id, or a phone number in any usual notation. */
  async events(accountId: string, q: string): Promise<EventFilter['match']> {
    const text = q.trim();
    if (!isId('dlv', text)) return this.byEvent(accountId, text);
    const rows = await this.sql.rows<{ event_id: string }>(
      'select event_id from deliveries where account_id = $1 and id = $2',
      [toUuid(accountId), toUuid(text)],
    );
    return { eventIds: rows.map(({ event_id }) => event_id), numberHashes: null };
  }

  /** A text can be both the id of a call and a phone number. */
  private async byEvent(accountId: string, text: string): Promise<EventMatch> {
    if (isId('evt', text)) return { eventIds: [toUuid(text)], numberHashes: null };
    const digits = phoneDigits(text);
    const [ofCall, ofNumber] = await Promise.all([
      this.sql.rows<{ id: string }>(OF_CALL, [toUuid(accountId), text]),
      digits === null ? null : this.phones.match(accountId, digits),
    ]);
    return {
      eventIds: [...ofCall.map(({ id }) => id), ...(ofNumber?.eventIds ?? [])],
      numberHashes: ofNumber?.numberHashes ?? null,
    };
  }
}
