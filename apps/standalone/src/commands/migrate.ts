import { localServers } from '@app/embedded';
import { failToStart, migrate, readEnvironment } from '@app/platform';

/** npm run migrate: brings the database of DATABASE_URL to the newest schema. Two at the same time are safe. */
async function runMigrations(): Promise<void> {
  const databaseUrl = readEnvironment(localServers)['DATABASE_URL'];
  if (!databaseUrl) throw new Error('DATABASE_URL must be set, as postgres://user:password@host:5432/name');
  const applied = await migrate(databaseUrl);
  for (const name of applied) process.stdout.write(`Applied ${name}\n`);
  process.stdout.write(
    applied.length > 0 ? 'The database is up to date now.\n' : 'The database is up to date.\n',
  );
}

runMigrations().catch(failToStart);
