import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, PlatformModule } from '@app/platform';
import { describeApi } from '../../../api/src/docs';
import { ApiModule } from '../../../api/src/api.module';
import { DispatcherModule } from '../../../dispatcher/src/dispatcher.module';

/** Nothing is reached with it: a preview connects to nothing. */
const config = loadConfig({
  DATABASE_URL: 'postgres://nowhere/none',
  REDIS_URL: 'redis://nowhere',
  PUBLISHER_TOKEN: 'none-is-shown-in-a-preview',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
  ADMIN_EMAIL: 'nobody@example.com',
  ADMIN_PASSWORD: 'none-is-asked-in-a-preview',
});

@Module({ imports: [PlatformModule.register(config), ApiModule, DispatcherModule] })
class EveryRoute {}

/**
 * npm run openapi: writes `openapi.json` from the code of all routes; `--check` fails when it is out of date. Nothing is
 * started for it: Nest reads the modules in preview and makes no instance of anything.
 */
async function main(): Promise<void> {
  const app = await NestFactory.create(EveryRoute, { preview: true, logger: false, abortOnError: false });
  const text = `${JSON.stringify(describeApi(app), null, 2)}\n`;
  const file = join(resolve(process.cwd()), 'openapi.json');
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    process.stdout.write('Wrote openapi.json\n');
  } else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write('openapi.json is out of date. Run: npm run openapi\n');
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
