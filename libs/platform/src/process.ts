import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { Config, ConfigError, loadConfig } from './config/config';
import { readEnvironment, type Environment } from './config/environment';
import type { ProcessName } from './config/variables';
import { pendingMigrations } from './database/migrate';
import { isDependencyAway } from './database/sql';
import { makeWholeCollectionsRare } from './garbage';
import { openDoors } from './http/doors';
import { createApplication, listen } from './http/serve';
import { ManagementModule } from './observability/observability.module';
import { describeError, safeMessage } from './observability/describe-error';
import { PlatformModule } from './platform.module';

/** What is in flight is given this long to end before connections are cut; supervisors commonly wait 15 s or more. */
const SHUTDOWN_WITHIN_MS = 12_000;
/** … and what is under way in the background (counting statistics of months, say) so long. */
const LEAVE_AFTER_MS = 14_000;

export interface ServiceOptions {
  /** Which process this is: it reads only the variables that are declared for it. */
  name: ProcessName;
  /** What it runs, in addition to `PlatformModule`. */
  modules: (Type | DynamicModule)[];
  /** Outside of production, where else variables may come from. */
  fallback?: (environment: Environment) => Environment;
}

/**
 * The whole life of a process: reads its configuration, refuses to start with pending migrations, listens, and on
 * SIGTERM or Ctrl-C shuts down in order and exits with 0. Each reason that prevents a start is printed as one line, and
 * the process exits with 1.
 */
export async function runService({ name, modules, fallback }: ServiceOptions): Promise<void> {
  exitOnUncaughtErrors();
  try {
    const config = loadConfig(readEnvironment(fallback), [name]);
    await requireMigrations(config);
    const service = await startService(name, modules, config);
    onStopSignal(() => service.stop());
  } catch (error) {
    failToStart(error);
  }
}

/** A module that has something to arrange which needs the whole application, before it listens. */
export interface PreparingModule {
  prepareApplication?(app: INestApplication): void;
}

export interface RunningService {
  app: INestApplication;
  port: number;
  /** Where health and metrics are; the same port unless `MANAGEMENT_PORT` is set. */
  managementPort: number;
  stop(): Promise<void>;
}

/** Boots modules on the configured port. */
export async function startService(
  name: string,
  modules: (Type | DynamicModule)[],
  config: Config,
): Promise<RunningService> {
  makeWholeCollectionsRare();
  class Root {}
  const root = { module: Root, imports: [PlatformModule.register(config), ...modules] };
  Object.defineProperty(Root, 'name', { value: name });
  const app = await createApplication(root, config);
  for (const module of modules) (module as PreparingModule).prepareApplication?.(app);
  const management = await startManagement(app, config);
  const port = await listen(app, config, config.PORT);
  void openDoors(app.getHttpServer());
  return {
    app,
    port,
    managementPort: management?.port ?? port,
    stop: async () => {
      await management?.app.close();
      await stopApplication(app);
    },
  };
}

/** Health and metrics on a port of their own, if the configuration gives them one. */
async function startManagement(
  app: INestApplication,
  config: Config,
): Promise<{ app: INestApplication; port: number } | null> {
  const { separateManagementPort } = config;
  if (separateManagementPort === undefined) return null;
  await app.init();
  const management = await createApplication(ManagementModule.about(app), config);
  return { app: management, port: await listen(management, config, separateManagementPort) };
}

/** @throws Error telling what to run when the database lacks a migration, or can't be asked. */
export async function requireMigrations(config: Config): Promise<void> {
  const pending = await pendingMigrations(config.DATABASE_URL);
  if (pending.length === 0) return;
  throw new Error(
    `The database lacks ${pending.length} migration(s): ${pending.join(', ')}. Run: npm run migrate`,
  );
}

/**
 * Calls `stop` at the first SIGTERM, SIGINT or SIGHUP and exits with 0; a second one exits at once.
 * @returns the same, for other reasons to stop.
 */
export function onStopSignal(stop: () => Promise<void>): (exitCode?: number) => void {
  let isStopping = false;
  let stoppingSince = 0;
  const begin = (exitCode = 0): void => {
    if (isStopping) return;
    isStopping = true;
    stop().then(
      () => process.exit(exitCode),
      (error: unknown) => failToStop(error),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm and the terminal both hand Ctrl-C on: only one that comes clearly later is a second wish.
      if (isStopping && Date.now() - stoppingSince > 1_000) process.exit(130);
      stoppingSince ||= Date.now();
      begin();
    });
  }
  return begin;
}

/** Ends the process at an error that nobody caught. Node itself would print every property of it, with the values of a failed statement. */
export function exitOnUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(
      `${JSON.stringify({ level: 60, msg: 'Uncaught error', err: describeError(error) })}\n`,
    );
    process.exit(1);
  });
}

/** Says why the process cannot start, one line a reason, and exits with 1. */
export function failToStart(error: unknown): never {
  for (const line of reasons(error)) process.stderr.write(`${line}\n`);
  process.exit(1);
}

function reasons(error: unknown): string[] {
  if (error instanceof ConfigError) return error.problems;
  if (!(error instanceof Error)) return [safeMessage(error)];
  if (isDependencyAway(error))
    return [`PostgreSQL does not answer at DATABASE_URL: ${safeMessage(error) || causeOf(error)}`];
  // What no one foresaw needs more than its message to be found.
  const isOurFault = /^(Type|Reference|Range|Syntax)Error$/.test(error.name);
  return [
    isOurFault ? `${error.name}: ${safeMessage(error)}\n${describeError(error).stack}` : safeMessage(error),
  ];
}

/** Node gives several failed addresses as one error without a message. */
function causeOf(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((one: Error) => safeMessage(one)).join('; ')
    : error.name;
}

async function stopApplication(app: INestApplication): Promise<void> {
  const logger = new Logger('Shutdown');
  const server = app.getHttpServer() as Server;
  const insist = setTimeout(() => {
    logger.warn('Requests are still open; cutting them off');
    server.closeAllConnections();
  }, SHUTDOWN_WITHIN_MS);
  // Node closes connections that are idle now; those that become idle later would hold the stop up until they time out.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const late = sleep(LEAVE_AFTER_MS, 'late' as const, { ref: false });
  const outcome = await Promise.race([app.close(), late]);
  clearInterval(sweep);
  clearTimeout(insist);
  // Every step of it is one transaction, which PostgreSQL undoes or keeps whole.
  if (outcome === 'late') logger.warn('Housekeeping is still under way; leaving it to others');
  logger.log('Stopped');
}

function failToStop(error: unknown): never {
  process.stderr.write(`The shutdown was not clean: ${JSON.stringify(describeError(error))}\n`);
  process.exit(1);
}
