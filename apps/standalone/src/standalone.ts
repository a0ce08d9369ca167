import type { Type } from '@nestjs/common';
import { freePort, startEmbedded, type EmbeddedServers } from '@app/embedded';
import {
  exitOnUncaughtErrors,
  failToStart,
  loadConfig,
  migrate,
  onStopSignal,
  readEnvironment,
  startService,
  Sql,
  type Config,
  type Environment,
  type RunningService,
} from '@app/platform';
import { DemoAccount, type Demo } from './demo/demo-account';
import { DemoModule } from './demo/demo.module';
import { whenNpmIsGone } from './npm-watch';
import { welcome } from './welcome';

/** Everything on one port, with servers of its own where none are given: what `npm start` runs. */
export async function runStandalone(modules: Type[]): Promise<void> {
  let embedded: EmbeddedServers | null = null;
  let service: RunningService | null = null;
  let isStopping = false;
  const stop = onStopSignal(async () => {
    isStopping = true;
    await service?.stop();
    await embedded?.stop();
  });
  whenNpmIsGone(stop);
  exitOnUncaughtErrors();
  try {
    const environment = await demoEnvironment();
    checkAllButServers(environment);
    embedded = await startServers(environment);
    const config = loadConfig(environment);
    void embedded?.failed.then((sentence) => {
      say(sentence);
      stop(1);
    });

    const applied = await migrate(config.DATABASE_URL);
    if (applied.length > 0) say(`Applied ${applied.length} migration(s)`);
    if (config.isProduction) {
      service = await startService('standalone', modules, config);
      return;
    }
    service = await startService('standalone', [...modules, DemoModule], config);
    const demo: Demo = await service.app.get(DemoAccount).prepare();
    process.stdout.write(welcome(config, demo, await isFirstLoginOpen(service, config)));
  } catch (error) {
    // Stopped in the middle of its start, it fails as a consequence.
    if (isStopping) return;
    await embedded?.stop();
    failToStart(error);
  }
}

/** Whether the first administrator still has the password that was generated. */
async function isFirstLoginOpen({ app }: RunningService, config: Config): Promise<boolean> {
  const [first] = await app
    .get(Sql)
    .rows('select 1 from staff_users where email = lower($1) and must_change_password', [config.ADMIN_EMAIL]);
  return first !== undefined;
}

/** In production the environment is taken as it is; elsewhere a newcomer needs none at all. */
async function demoEnvironment(): Promise<Environment> {
  const environment = readEnvironment();
  if (environment['NODE_ENV'] === 'production') return environment;
  // The demo delivers to its own inspector. Set and empty means none.
  environment['ALLOWED_PRIVATE_CIDRS'] ??= '127.0.0.0/8,::1/128';
  if (environment['PORT'] === '0') environment['PORT'] = String(await freePort());
  environment['PUBLIC_URL'] ||= `http://localhost:${environment['PORT'] || 3000}`;
  return environment;
}

/** What is wrong is told before a server is started for it. */
function checkAllButServers(environment: Environment): void {
  if (environment['NODE_ENV'] === 'production') return;
  loadConfig({
    DATABASE_URL: 'postgres://to-be-started',
    REDIS_URL: 'redis://to-be-started',
    ...given(environment),
  });
}

/** @returns null if both servers are given. */
async function startServers(environment: Environment): Promise<EmbeddedServers | null> {
  const { NODE_ENV, DATABASE_URL, REDIS_URL, DATA_DIR } = environment;
  if (NODE_ENV === 'production' || (DATABASE_URL && REDIS_URL)) return null;
  say(`Starting ${[!DATABASE_URL && 'PostgreSQL', !REDIS_URL && 'Redis'].filter(Boolean).join(' and ')} …`);
  const embedded = await startEmbedded({
    dataDir: DATA_DIR || '.data',
    postgres: !DATABASE_URL,
    redis: !REDIS_URL,
    log: say,
  });
  environment['DATABASE_URL'] ||= embedded.databaseUrl;
  environment['REDIS_URL'] ||= embedded.redisUrl;
  return embedded;
}

function given(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
