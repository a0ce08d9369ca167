import { runningServers } from './embedded-servers';

/** `DATABASE_URL` and `REDIS_URL` of the servers that `npm start` runs for a data folder; empty if it doesn't run. */
export function localServers(
  environment: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const running = runningServers(environment['DATA_DIR'] || '.data');
  return { DATABASE_URL: running?.databaseUrl, REDIS_URL: running?.redisUrl };
}
