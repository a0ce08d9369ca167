/** Where `npm test` has started PostgreSQL and Redis for this run. */
export function servers(): {
  databaseUrl: string;
  template: string;
  redisUrl: string;
  prefix: string;
  folder: string;
} {
  const environment = process.env;
  const databaseUrl = environment['TEST_DATABASE_URL'];
  if (!databaseUrl) {
    throw new Error(
      'These tests need PostgreSQL and Redis: run them by `npm test`, for instance `npm test -- test/e2e/health`.',
    );
  }
  return {
    databaseUrl,
    template: environment['TEST_TEMPLATE_DATABASE']!,
    redisUrl: environment['TEST_REDIS_URL']!,
    prefix: environment['TEST_PREFIX']!,
    folder: environment['TEST_FOLDER']!,
  };
}
