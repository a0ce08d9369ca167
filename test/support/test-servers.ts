import { startEmbedded } from '@app/embedded';
import { migrate } from '@app/platform';
import Redis from 'ioredis';
import { administer, withDatabase } from './administer';

/** What one run of the tests stands on, and what its Jest processes learn about it. */
export interface TestServers {
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Real PostgreSQL and Redis for one run: those of DATABASE_URL and REDIS_URL, or else embedded ones. Test files clone
 * a template database that is migrated once.
 */
export async function startTestServers(
  run: string,
  folder: string,
  log: (line: string) => void,
): Promise<TestServers> {
  const given = { databaseUrl: process.env['DATABASE_URL'], redisUrl: process.env['REDIS_URL'] };
  const embedded = await startEmbedded({
    dataDir: folder,
    postgres: !given.databaseUrl,
    redis: !given.redisUrl,
    durable: false,
    log,
  });
  const adminUrl = given.databaseUrl || embedded.databaseUrl!;
  const redisUrl = given.redisUrl || embedded.redisUrl!;
  const prefix = `skipcalls_test_${run}`;
  const template = `${prefix}_template`;
  const stop = async (): Promise<void> => {
    // What a killed test process has left: other runs have other prefixes.
    if (given.databaseUrl) await dropDatabases(adminUrl, prefix);
    if (given.redisUrl) await removeKeys(redisUrl, prefix);
    await embedded.stop();
  };
  try {
    await administer(adminUrl, `create database ${template}`);
    await migrate(withDatabase(adminUrl, template));
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  return {
    environment: {
      TEST_DATABASE_URL: adminUrl,
      TEST_TEMPLATE_DATABASE: template,
      TEST_REDIS_URL: redisUrl,
      TEST_PREFIX: prefix,
      TEST_FOLDER: folder,
    },
    stop,
  };
}

async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  const like = `${prefix.replaceAll('_', '\\_')}%`;
  const names = await administer<{ datname: string }>(
    adminUrl,
    'select datname from pg_database where datname like $1',
    [like],
  );
  for (const { datname } of names)
    await administer(adminUrl, `drop database if exists ${datname} with (force)`);
}

/** Deletes the keys of a run; with and without Bull's own way to put the prefix. */
export async function removeKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 }) as AsyncIterable<
      string[]
    >) {
      if (keys.length > 0) await redis.unlink(keys);
    }
  } finally {
    redis.disconnect();
  }
}
