import { Pool } from 'pg';
import type { SecretBox } from './secret-box';

/** What was sealed anew, by column: `{ 'webhooks.sealed_secret': 12 }`. */
export type Resealed = Record<string, number>;

const BATCH = 500;

/** By convention every sealed column, and nothing else, is called `sealed_…`: a new one cannot be forgotten here. */
const SEALED_COLUMNS = `
  select table_name, column_name from information_schema.columns
  where table_schema = current_schema() and column_name like 'sealed\\_%' order by 1, 2`;

/**
 * Seals every sealed column of a database again with the current key, so that the keys before it can be thrown away.
 * Services may run meanwhile: a value that changes in between is left to its writer, who seals with the current key.
 * @throws when a value was sealed with a key that is not configured; what was sealed anew until then stays so.
 */
export async function reseal(databaseUrl: string, box: SecretBox): Promise<Resealed> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const { rows: columns } = await pool.query<{ table_name: string; column_name: string }>(SEALED_COLUMNS);
    const resealed: Resealed = {};
    for (const { table_name: table, column_name: column } of columns) {
      resealed[`${table}.${column}`] = await resealColumn(pool, table, column, box);
    }
    return resealed;
  } finally {
    await pool.end();
  }
}

async function resealColumn(pool: Pool, table: string, column: string, box: SecretBox): Promise<number> {
  const stale = `select ctid, ${column} as sealed from ${table} where ${column} is not null and ${column} not like $1 limit ${BATCH}`;
  const replace = `update ${table} set ${column} = $1 where ctid = $2 and ${column} = $3`;
  for (let count = 0; ;) {
    const { rows } = await pool.query<{ ctid: string; sealed: string }>(stale, [`v1.${box.currentKeyId}.%`]);
    if (rows.length === 0) return count;
    for (const { ctid, sealed } of rows) {
      const { rowCount } = await pool.query(replace, [box.seal(box.open(sealed)), ctid, sealed]);
      count += rowCount ?? 0;
    }
  }
}
