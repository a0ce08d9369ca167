import { randomBytes } from 'node:crypto';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { Config, loadConfig, startService } from '@app/platform';
import { createDatabase, type TestDatabase } from './database';
import { HttpClient } from './http-client';
import { servers } from './servers';
import { removeKeys } from './test-servers';

type ModuleOf = Type | DynamicModule;

export interface AppOptions {
  /** What is under test (with one entity at least); `PlatformModule` comes by itself. A function gets the configuration, for dynamic modules. */
  modules: (ModuleOf | ((config: Config) => ModuleOf))[];
  /** Variables on top of the usual ones, e.g. `{ ALLOWED_PRIVATE_CIDRS: '' }`. */
  env?: Record<string, string>;
  /** Share the database (and Redis prefix) of another app: two processes of one installation. */
  with?: TestApp;
}

export interface TestApp {
  /** `http://127.0.0.1:<port>` */
  url: string;
  config: Config;
  database: TestDatabase;
  nest: INestApplication;
  /** A provider from anywhere in the app. */
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T) | string | symbol): T;
  /** Calls the app's routes, with a bearer token if one is given. */
  http(token?: string): HttpClient;
  /** Shuts the app down in order; drops the database unless it is another app's. */
  close(): Promise<void>;
}

export const PUBLISHER_TOKEN = 'publisher-token-of-the-tests';

/** Boots modules as a process of the house does, on a free port, a database of its own and a Redis prefix of its own. */
export async function startApp(options: AppOptions): Promise<TestApp> {
  const { redisUrl, prefix, folder } = servers();
  const database = options.with?.database ?? (await createDatabase());
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: options.with?.config.REDIS_PREFIX ?? `${prefix}_${randomBytes(4).toString('hex')}`,
    DATA_DIR: folder,
    PUBLISHER_TOKEN,
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    ADMIN_EMAIL: 'admin@skipcalls.test',
    ADMIN_PASSWORD: 'admin-password-of-the-tests',
    // The receivers of the tests are on loopback.
    ALLOWED_PRIVATE_CIDRS: '127.0.0.0/8,::1/128',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    ...options.env,
  });

  const imports = options.modules.map((one) => (isFactory(one) ? one(config) : one));
  const service = await startService('test', imports, config).catch(async (error: unknown) => {
    if (!options.with) await database.drop();
    throw error;
  });
  const nest = service.app;
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    config,
    database,
    nest,
    get: (token) => nest.get(token as Type, { strict: false }),
    http: (token) => new HttpClient(url, token),
    close: async () => {
      await service.stop();
      if (options.with) return;
      await database.drop();
      await removeKeys(redisUrl, config.REDIS_PREFIX);
    },
  };
}

function isFactory(one: ModuleOf | ((config: Config) => ModuleOf)): one is (config: Config) => ModuleOf {
  return typeof one === 'function' && !/^class\b/.test(Function.prototype.toString.call(one));
}
