import { BOUND, UNBOUND, type SealedPlace, type SecretBox } from './secret-box';

/** Runs one statement and returns its rows. */
export type Query = <Row extends object>(text: string, values: unknown[]) => Promise<Row[]>;

/** What was sealed again, by column: `{ 'webhooks.sealed_headers': 12 }`. */
export type Resealed = Record<string, number>;

/** A column with sealed texts: one in each row (`text`), or one in the property `sealed` of each element (`jsonb`). */
interface SealedColumn {
  table: string;
  column: string;
  isJson: boolean;
  key: { name: string; type: string }[];
}

type StoredValue = string | { sealed: string }[];

const CHUNK = 500;

/** By convention every sealed column, and nothing else, is called `sealed_…`: a new one cannot be forgotten here. */
const COLUMNS = `
  select c.relname as table, a.attname as column, a.atttypid = 'jsonb'::regtype as "isJson",
         (select json_agg(json_build_object('name', k.attname, 'type', format_type(k.atttypid, null)) order by array_position(i.indkey::int2[], k.attnum))
          from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any (i.indkey)
          where i.indrelid = c.oid and i.indisprimary) as key
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and a.attname like 'sealed\\_%' and not a.attisdropped
  order by 1, 2`;

/** Every sealed column of a database. */
export async function sealedColumns(query: Query): Promise<SealedColumn[]> {
  return query<SealedColumn>(COLUMNS, []);
}

/** Which formats the sealed texts of a database have. */
export async function formatsIn(query: Query): Promise<{ bound: boolean; unbound: boolean }> {
  const found = { bound: false, unbound: false };
  for (const { table, column } of await sealedColumns(query)) {
    const exists = async (format: string): Promise<boolean> =>
      (await query(`select 1 from ${table} where ${column}::text ~ $1 limit 1`, [`(^|")${format}\\.`]))
        .length > 0;
    found.bound ||= await exists(BOUND);
    found.unbound ||= await exists(UNBOUND);
  }
  return found;
}

/**
 * Seals every text again that does not have the present format and key. Goes through each table by its primary key in
 * chunks, with one short statement for each row, so it can run beside the services and be interrupted at any time. A row
 * that changes meanwhile is left to its writer, who seals with the present key.
 * @param onFailure decides about a text that cannot be opened: it may throw, or else the text is left as it is.
 */
export async function resealAll(
  query: Query,
  box: SecretBox,
  onFailure: (error: Error, place: SealedPlace) => void,
): Promise<Resealed> {
  const resealed: Resealed = {};
  for (const column of await sealedColumns(query)) {
    const name = `${column.table}.${column.column}`;
    resealed[name] = 0;
    for await (const { key, stored } of staleRows(query, column, box)) {
      const place = { table: column.table, column: column.column, key };
      let next: StoredValue;
      try {
        next = resealValue(stored, box, place);
      } catch (error) {
        onFailure(error as Error, place);
        continue;
      }
      resealed[name] += await replace(query, column, key, stored, next);
    }
  }
  return resealed;
}

function resealValue(stored: StoredValue, box: SecretBox, place: SealedPlace): StoredValue {
  const again = (sealed: string): string =>
    box.isCurrent(sealed) ? sealed : box.seal(box.open(sealed, place), place);
  if (typeof stored === 'string') return again(stored);
  return stored.map((element) => ({ ...element, sealed: again(element.sealed) }));
}

async function* staleRows(
  query: Query,
  { table, column, isJson, key }: SealedColumn,
  box: SecretBox,
): AsyncGenerator<{ key: string[]; stored: StoredValue }> {
  const names = key.map(({ name }) => name).join(', ');
  const isStale = isJson
    ? `jsonb_path_exists(${column}, '$[*].sealed ? (!(@ starts with $current))', jsonb_build_object('current', $1::text))`
    : `not starts_with(${column}, $1)`;
  const select = `select array[${key.map(({ name }) => `${name}::text`).join(', ')}] as key, ${column} as stored from ${table}
    where ${column} is not null and ${isStale}`;
  const prefix = `${BOUND}.${box.currentKeyId}.`;
  for (let last: string[] | null = null; ;) {
    const after: string = last
      ? `and (${names}) > (${key.map(({ type }, index) => `$${index + 2}::${type}`).join(', ')})`
      : '';
    const rows: { key: string[]; stored: StoredValue }[] = await query(
      `${select} ${after} order by ${names} limit ${CHUNK}`,
      [prefix, ...(last ?? [])],
    );
    yield* rows;
    last = rows.at(-1)?.key ?? null;
    if (rows.length < CHUNK) return;
  }
}

async function replace(
  query: Query,
  { table, column, isJson, key }: SealedColumn,
  values: string[],
  stored: StoredValue,
  next: StoredValue,
): Promise<number> {
  const type = isJson ? 'jsonb' : 'text';
  const [before, after] = [stored, next].map((value) => (isJson ? JSON.stringify(value) : value));
  const isRow = key.map(({ name, type: of }, index) => `${name} = $${index + 3}::${of}`).join(' and ');
  const rows = await query(
    `update ${table} set ${column} = $1::${type} where ${column} = $2::${type} and ${isRow} returning 1`,
    [after, before, ...values],
  );
  return rows.length;
}
