import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type AdminJsModule = typeof import('adminjs');
export type MikroOrmAdapterModule = typeof import('@adminjs/mikroorm');

/**
 * AdminJS is made of ES modules, which CommonJS (and Jest) reaches by dynamic import only. Its `watch` would start a
 * bundler outside of production; our components are bundled ahead, by `npm run build:backoffice`, wherever we run.
 */
export async function loadAdminJs(): Promise<{ adminjs: AdminJsModule; adapter: MikroOrmAdapterModule }> {
  const adminjs = await import('adminjs');
  const adapter = await import('@adminjs/mikroorm');
  adminjs.default.prototype.watch = () => Promise.resolve(undefined as never);
  return { adminjs, adapter };
}

/** Where `npm run build:backoffice` puts the browser's part, found from the sources as well as from `dist`. */
export function browserFiles(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error('The project’s package.json was not found above the backoffice.');
    directory = parent;
  }
  return join(directory, 'dist', 'backoffice');
}
