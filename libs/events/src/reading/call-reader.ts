import { Injectable } from '@nestjs/common';
import { fromUuid, Sql, toUuid } from '@app/platform';
import { readMembers } from './json-members';

/** Enough of a call to recognize it. All but the id is null once the payload was erased. */
export interface CallSummary {
  id: string;
  title: string | null;
  from: string | null;
  to: string | null;
  startedAt: string | null;
}

/**
 * The call and its numbers stand at the beginning of a record. Nearly always they are within this many characters, and
 * PostgreSQL decompresses no more than these of records of up to 1 MiB.
 */
const BEGINNING = 4_000;
/** Records read as a whole at a time. */
const WHOLE_AT_ONCE = 20;

const BEGINNINGS = `
  select id, call_id, substr(data, 1, ${BEGINNING}) as data, length(substr(data, 1, ${BEGINNING + 1})) > ${BEGINNING} as is_cut
  from events where account_id = $1 and id = any ($2::uuid[])`;

const WHOLE =
  'select id, call_id, data, false as is_cut from events where account_id = $1 and id = any ($2::uuid[])';

interface RecordRow {
  id: string;
  call_id: string;
  data: string | null;
  is_cut: boolean;
}

const MEMBERS = ['call', 'phoneNumbers'] as const;

/** Reads what lists show of calls. PostgreSQL does not parse the records: it can't read all JSON (NUL characters). */
@Injectable()
export class CallReader {
  constructor(private readonly sql: Sql) {}

  /** The calls of an account's events, by event. */
  async of(accountId: string, eventIds: readonly string[]): Promise<Map<string, CallSummary>> {
    const calls = new Map<string, CallSummary>();
    if (eventIds.length === 0) return calls;
    const cut: string[] = [];
    for (const row of await this.read(BEGINNINGS, accountId, eventIds.map(toUuid))) {
      const call = callOf(row);
      if (call) calls.set(fromUuid('evt', row.id), call);
      else cut.push(row.id);
    }
    for (let start = 0; start < cut.length; start += WHOLE_AT_ONCE) {
      for (const row of await this.read(WHOLE, accountId, cut.slice(start, start + WHOLE_AT_ONCE)))
        calls.set(fromUuid('evt', row.id), callOf(row)!);
    }
    return calls;
  }

  private read(query: string, accountId: string, ids: readonly string[]): Promise<RecordRow[]> {
    return this.sql.rows<RecordRow>(query, [toUuid(accountId), [...new Set(ids)]]);
  }
}

/** @returns null if the text ends before the numbers. */
function callOf({ call_id: id, data, is_cut: isCut }: RecordRow): CallSummary | null {
  if (data === null) return { id, title: null, from: null, to: null, startedAt: null };
  const members = membersOf(data);
  if (isCut && members.phoneNumbers === undefined) return null;
  const call = (members.call ?? {}) as Record<string, unknown>;
  const numbers = (members.phoneNumbers ?? {}) as Record<string, unknown>;
  return {
    id,
    title: textOf(call.title),
    from: textOf(numbers.from),
    to: textOf(numbers.to),
    startedAt: textOf(call.startedAt),
  };
}

/** A record that is no JSON has no members: its event is listed anyway. */
function membersOf(data: string): Record<string, unknown> {
  try {
    return readMembers(data, MEMBERS);
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
