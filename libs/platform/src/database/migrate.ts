import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { MIGRATIONS } from './migrations';

/** MikroORM's settings for migrations; shared by the command, the start check and the application's own ORM. */
export const migrationSettings = {
  extensions: [Migrator],
  migrations: {
    migrationsList: MIGRATIONS,
    tableName: 'schema_migrations',
    snapshot: false,
    transactional: true,
    allOrNothing: true,
  },
};

const MIGRATION_LOCK = 7_201_126;

async function withMigrator<T>(databaseUrl: string, work: (orm: MikroORM) => Promise<T>): Promise<T> {
  const orm = await MikroORM.init({
    ...migrationSettings,
    clientUrl: databaseUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: 2 },
    // Who runs migrations tells their names; MikroORM's own lines would come on top.
    logger: () => undefined,
  });
  try {
    return await work(orm);
  } finally {
    await orm.close(true);
  }
}

/**
 * Brings a database to the newest schema. Two at the same time are safe: the second waits for the first.
 * @returns the names of the migrations that were applied.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  return withMigrator(databaseUrl, async (orm) => {
    const lock = new Client({ connectionString: databaseUrl });
    await lock.connect();
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const applied = await orm.getMigrator().up();
      return applied.map(({ name }) => name);
    } finally {
      // The lock goes with its connection.
      await lock.end();
    }
  });
}

/** The names of the migrations that a database lacks. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  return withMigrator(databaseUrl, async (orm) =>
    (await orm.getMigrator().getPendingMigrations()).map(({ name }) => name),
  );
}
