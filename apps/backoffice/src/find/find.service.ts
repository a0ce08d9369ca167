import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { PhoneSearch } from '@app/events';
import { fromUuid, Sql, toUuid, type IdPrefix } from '@app/platform';
import { maskPhone } from '../privacy/mask';
import { may, type Role } from '../staff/permissions';
import { staffActor } from '../staff/staff-actor';
import { recognise, type Guess } from './recognise';

/** One thing that was found. */
export interface Found {
  kind: 'account' | 'webhook' | 'event' | 'delivery';
  id: string;
  title: string;
  detail: string;
  at: string | null;
  /** How the event's deliveries went. */
  state: 'DELIVERED' | 'FAILED' | 'PENDING' | null;
  path: string;
}

export interface Findings {
  query: string;
  found: Found[];
  /** There were more than are shown. */
  more: boolean;
  /** Where to go at once, when there is but one place to go. */
  leadsTo: string | null;
}

const SHOWN = 25;
const RESOURCES = {
  account: 'accounts',
  webhook: 'webhooks',
  event: 'events',
  delivery: 'deliveries',
} as const;

interface EventRow {
  id: string;
  type: string;
  call_id: string;
  occurred_at: Date;
  account_name: string | null;
  statuses: string[] | null;
}

const EVENTS = `
  select events.id, events.type, events.call_id, events.occurred_at, accounts.name as account_name,
         (select array_agg(distinct status) from deliveries where event_id = events.id) as statuses
  from events left join accounts on accounts.id = events.account_id`;

/** Account by account: each has an index entry of its own for the call, and there is no other. */
const CALLS = `
  select events.id from accounts cross join lateral (
    select id from events where account_id = accounts.id and call_id = $1 order by id desc limit $2
  ) as events order by events.id desc limit $2`;

/** What the search box finds: the one thing that a text names, or everything that it may mean. */
@Injectable()
export class FindService {
  constructor(
    private readonly sql: Sql,
    private readonly phones: PhoneSearch,
    private readonly audit: AuditTrail,
  ) {}

  /** @param by whose role says what they can search by; searches by a person's number are written to the audit log. */
  async find(query: string, by: { id: string; role: Role }): Promise<Findings> {
    const found: Found[] = [];
    for (const guess of recognise(query.slice(0, 2_100))) {
      found.push(...(await this.lookUp(guess, by)));
      // An id, a call or a number names what it names; only if it names nothing is it taken for a part of a name.
      if (found.length > 0 && guess.kind !== 'name') break;
    }
    const first = found[0];
    return {
      query,
      found: found.slice(0, SHOWN),
      more: found.length > SHOWN,
      leadsTo: found.length === 1 && first ? first.path : null,
    };
  }

  private async lookUp(guess: Guess, by: { id: string; role: Role }): Promise<Found[]> {
    switch (guess.kind) {
      case 'id':
        return this.byId(guess.prefix, guess.id);
      case 'phone':
        await this.noteSearch(guess.digits, by.id);
        return this.events(await this.phones.newestOfAll(guess.digits, SHOWN + 1));
      case 'call': {
        const rows = await this.sql.rows<{ id: string }>(CALLS, [guess.callId, SHOWN + 1]);
        return this.events(rows.map(({ id }) => fromUuid('evt', id)));
      }
      case 'url':
        if (may(by.role, 'personal-data.see'))
          return this.webhooks('webhooks.url ilike $1', like(guess.part));
        // A search for a part of what is masked would reveal it character by character.
        return this.webhooks(
          `webhooks.url = $1 or lower(split_part(webhooks.url, '/', 3)) = $2`,
          guess.part,
          hostOf(guess.part),
        );
      case 'name':
        return [
          ...(await this.accounts('name ilike $1 or external_id = $2', like(guess.part), guess.part)),
          ...(await this.webhooks('webhooks.name ilike $1', like(guess.part))),
        ];
    }
  }

  /** Written first: a search that can't be written down finds nothing. Of the number, only the last digits are kept. */
  private async noteSearch(digits: string, staffId: string): Promise<void> {
    await this.audit.record({
      accountId: null,
      actor: staffActor(staffId),
      action: 'personal-data.search',
      subject: maskPhone(digits)!,
    });
  }

  private async byId(prefix: IdPrefix, id: string): Promise<Found[]> {
    const uuid = toUuid(id);
    switch (prefix) {
      case 'acc':
        return this.accounts('id = $1', uuid);
      case 'whk':
        return this.webhooks('webhooks.id = $1', uuid);
      case 'evt':
        return this.events([id]);
      case 'dlv':
        return this.deliveries('select id from deliveries where id = $1', uuid);
      case 'att': {
        // Attempts are not indexed by their own id; it was made within the attempt's second or so.
        const around = `started_at between to_timestamp($2) - interval '30 seconds' and to_timestamp($2) + interval '30 seconds'`;
        return this.deliveries(
          `select delivery_id as id from attempts where id = $1 and ${around}`,
          uuid,
          madeAt(uuid),
        );
      }
      case 'key': {
        const [key] = await this.sql.rows<{ account_id: string }>(
          'select account_id from api_keys where id = $1',
          [uuid],
        );
        return key ? this.accounts('id = $1', key.account_id) : [];
      }
      default:
        return [];
    }
  }

  private async accounts(where: string, ...values: string[]): Promise<Found[]> {
    const rows = await this.sql.rows<{
      id: string;
      name: string;
      external_id: string | null;
      created_at: Date;
    }>(
      `select id, name, external_id, created_at from accounts where ${where} order by length(name), id desc limit ${SHOWN + 1}`,
      values,
    );
    return rows.map((row) =>
      found('account', fromUuid('acc', row.id), row.name, row.external_id ?? 'Account', row.created_at, null),
    );
  }

  private async webhooks(where: string, ...values: string[]): Promise<Found[]> {
    const rows = await this.sql.rows<{ id: string; name: string; url: string; account_name: string }>(
      `select webhooks.id, webhooks.name, webhooks.url, accounts.name as account_name from webhooks
       join accounts on accounts.id = webhooks.account_id where (${where}) and webhooks.deleted_at is null order by length(webhooks.url), webhooks.id desc limit ${SHOWN + 1}`,
      values,
    );
    return rows.map((row) =>
      found('webhook', fromUuid('whk', row.id), row.name, `${row.account_name} · ${row.url}`, null, null),
    );
  }

  private async events(ids: string[]): Promise<Found[]> {
    if (ids.length === 0) return [];
    const rows = await this.sql.rows<EventRow>(
      `${EVENTS} where events.id = any ($1::uuid[]) order by events.id desc`,
      [ids.map(toUuid)],
    );
    return rows.map((row) =>
      found(
        'event',
        fromUuid('evt', row.id),
        row.call_id,
        `${row.account_name ?? ''} · ${row.type}`,
        row.occurred_at,
        worst(row.statuses),
      ),
    );
  }

  private async deliveries(query: string, ...values: unknown[]): Promise<Found[]> {
    const rows = await this.sql.rows<{ id: string }>(query, values);
    return rows.map((row) =>
      found('delivery', fromUuid('dlv', row.id), fromUuid('dlv', row.id), 'Delivery', null, null),
    );
  }
}

function found(
  kind: Found['kind'],
  id: string,
  title: string,
  detail: string,
  at: Date | null,
  state: Found['state'],
): Found {
  const path = `/admin/resources/${RESOURCES[kind]}/records/${id}/show`;
  return { kind, id, title, detail, at: at?.toISOString() ?? null, state, path };
}

function worst(statuses: string[] | null): Found['state'] {
  return (['FAILED', 'PENDING', 'DELIVERED'] as const).find((status) => statuses?.includes(status)) ?? null;
}

function like(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}

/** The host, with its port, if that is all that a part of a URL consists of. */
function hostOf(part: string): string {
  return /^(?:https?:\/\/)?([^/?#@]+)\/?$/i.exec(part)?.[1].toLowerCase() ?? '';
}

/** Unix seconds of a UUIDv7. */
function madeAt(uuid: string): number {
  return parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16) / 1_000;
}
