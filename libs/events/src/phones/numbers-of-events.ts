import type { PoolClient } from 'pg';
import type { Sql } from '@app/platform';

/** The phone numbers of an event, as its publisher wrote them. */
export interface NumbersOfEvent {
  id: string;
  from_number: string | null;
  to_number: string | null;
}

/** The numbers stand at the same place in every stored payload; see `parseCallData`. */
const NUMBERS = `data::json #>> '{phoneNumbers,from}' as from_number, data::json #>> '{phoneNumbers,to}' as to_number`;
/** Payloads read as a whole at a time: up to a megabyte each. */
const WHOLE_AT_ONCE = 20;

type Rows = <Row extends object>(text: string, values: unknown[]) => Promise<Row[]>;

/**
 * Reads the numbers of events. PostgreSQL takes them out of the payloads; when it cannot read one of them (it has no
 * text with a NUL character, nor half a surrogate pair), the payloads are read here, one by one.
 * @param onUnreadable is called with the id of an event that cannot be read here either; it is left out.
 */
export async function numbersOf(
  ids: string[],
  rows: Rows,
  onUnreadable: (id: string) => void,
): Promise<NumbersOfEvent[]> {
  if (ids.length === 0) return [];
  try {
    return await rows<NumbersOfEvent>(
      `select id, ${NUMBERS} from events where id = any ($1::uuid[]) and data is not null order by id`,
      [ids],
    );
  } catch (error) {
    if (!isDataError(error)) throw error;
  }
  const found: NumbersOfEvent[] = [];
  for (let start = 0; start < ids.length; start += WHOLE_AT_ONCE) {
    const payloads = await rows<{ id: string; data: string }>(
      'select id, data from events where id = any ($1::uuid[]) and data is not null order by id',
      [ids.slice(start, start + WHOLE_AT_ONCE)],
    );
    for (const { id, data } of payloads) {
      const numbers = parseNumbers(data);
      if (numbers) found.push({ id, ...numbers });
      else onUnreadable(id);
    }
  }
  return found;
}

/** Reads within a transaction: a statement that fails does not end it. */
export function rowsWithin(client: PoolClient): Rows {
  return async (text, values) => {
    await client.query('savepoint read_numbers');
    try {
      const { rows } = await client.query(text, values);
      await client.query('release savepoint read_numbers');
      return rows as never[];
    } catch (error) {
      await client.query('rollback to savepoint read_numbers');
      throw error;
    }
  };
}

export function rowsOf(sql: Sql): Rows {
  return (text, values) => sql.rows(text, values);
}

/** SQLSTATE class 22: what was stored cannot be read as what it should be. */
function isDataError(error: unknown): boolean {
  return /^22/.test(String((error as { code?: unknown }).code));
}

function parseNumbers(data: string): { from_number: string | null; to_number: string | null } | null {
  try {
    const { phoneNumbers } = JSON.parse(data) as { phoneNumbers?: { from?: unknown; to?: unknown } | null };
    return { from_number: asText(phoneNumbers?.from), to_number: asText(phoneNumbers?.to) };
  } catch {
    return null;
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
