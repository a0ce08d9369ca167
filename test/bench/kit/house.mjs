/**
 * The service under test with everything around it: its own PostgreSQL and Redis, receivers, a publisher, and as many
 * dispatchers as one likes, from `dist`.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Publisher } from './publisher.mjs';
import { Receiver } from './receiver.mjs';
import { Postgres, RedisServer } from './servers.mjs';
import { Service } from './service.mjs';

const require = createRequire(import.meta.url);
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const DIST = join(ROOT, 'dist');
const DATABASE = 'ours';
const ROLE = 'service';
let opened = 0;

export const SECRETS = {
  PUBLISHER_TOKEN: randomBytes(24).toString('hex'),
  ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};

/** Builds `dist`, unless it is there and the caller says that it is fresh. */
export function build({ skip = false } = {}) {
  if (skip && existsSync(join(DIST, 'apps/dispatcher/src/main.js'))) return;
  console.log('Building …');
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build', '--silent'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm run build failed:\n${stdout}${stderr}`);
}

/** As the scripts of package.json start them. */
const NODE_ARGS = { dispatcher: ['--max-semi-space-size=32'] };

export class House {
  dispatchers = [];
  services = [];

  /**
   * Starts PostgreSQL, Redis, receivers and a publisher; no process of the service yet.
   * @param options `name` of its folder under /var/tmp; `postgres`: settings beside the usual; `postgresDirectory`: if its data shall lie elsewhere
   */
  static async open({ name, postgres = {}, postgresDirectory } = {}) {
    const house = new House();
    // /var/tmp, not /tmp: that one is memory on many systems, and a commit has to be paid for.
    house.directory = `/var/tmp/skipcalls-${name}-${process.pid}-${++opened}`;
    mkdirSync(house.directory, { recursive: true, mode: 0o755 });
    house.postgres = new Postgres({
      directory: postgresDirectory ?? join(house.directory, 'postgres'),
      settings: postgres,
    });
    house.redis = new RedisServer({ directory: join(house.directory, 'redis') });
    await Promise.all([house.postgres.create(), house.redis.create()]);
    house.receiver = await Receiver.start(house.directory);
    house.publisher = await Publisher.start({ directory: house.directory, token: SECRETS.PUBLISHER_TOKEN });
    return house;
  }

  /** One more publisher, for a second load beside the first. The caller stops it. */
  anotherPublisher() {
    return Publisher.start({ directory: this.directory, token: SECRETS.PUBLISHER_TOKEN });
  }

  /** An empty database with the service's tables. */
  async migrate() {
    // An ordinary role: the connections that are kept back for superusers are not for the service.
    await this.postgres.query('postgres', `create role ${ROLE} login`);
    await this.postgres.query('postgres', `create database ${DATABASE} owner ${ROLE}`);
    const { migrate } = require(join(DIST, 'libs/platform/src/database/migrate.js'));
    await migrate(this.postgres.url(DATABASE, ROLE));
  }

  env(overrides = {}) {
    return {
      // As it is run for real: what is missing in the environment stops the start.
      NODE_ENV: 'production',
      DATABASE_URL: this.postgres.url(DATABASE, ROLE),
      REDIS_URL: this.redis.url,
      PUBLIC_URL: 'https://webhooks.example.com',
      ADMIN_EMAIL: 'admin@example.com',
      ADMIN_PASSWORD: 'only-for-this-run',
      ALLOWED_PRIVATE_CIDRS: '127.0.0.0/8',
      LOG_LEVEL: 'warn',
      ...SECRETS,
      ...overrides,
    };
  }

  /** @param app `dispatcher`, `api` or `backoffice` */
  service(app, { name = app, env = {}, nodeArgs = NODE_ARGS[app] } = {}) {
    const entry = join(DIST, `apps/${app}/src/main.js`);
    const service = new Service({ name, entry, env: this.env(env), directory: this.directory, nodeArgs });
    this.services.push(service);
    if (app === 'dispatcher') this.dispatchers.push(service);
    return service;
  }

  async startDispatchers(count, options = {}) {
    const fresh = Array.from({ length: count }, (_, i) =>
      this.service('dispatcher', { name: `dispatcher-${i + 1}`, ...options }),
    );
    await Promise.all(fresh.map((dispatcher) => dispatcher.start()));
    return fresh;
  }

  async stopServices() {
    await Promise.all(this.services.map((service) => service.stop()));
    this.services = [];
    this.dispatchers = [];
  }

  sql(text, values) {
    return this.postgres.query(DATABASE, text, values);
  }

  /** Pids of all processes whose work is the price of a delivery. */
  get measuredPids() {
    return [this.postgres.pid, this.redis.pid, ...this.services.map(({ pid }) => pid)];
  }

  async close({ keep = false } = {}) {
    for (const service of this.services) await service.kill();
    this.receiver?.stop();
    this.publisher?.stop();
    await Promise.all([this.postgres.kill(), this.redis.kill()]);
    if (!keep) rmSync(this.directory, { recursive: true, force: true });
  }
}
