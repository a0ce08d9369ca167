import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface DashboardFile {
  type: string;
  plain: Buffer;
  /** Null where compressing would not make it smaller. */
  gzipped: Buffer | null;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Where `npm run build:dashboard` puts it, seen from the sources and from the compiled output. */
const FOLDERS = ['dist/dashboard', 'dashboard'].map((folder) =>
  join(__dirname, '..', '..', '..', '..', folder),
);

/**
 * Reads the built dashboard into memory, less than a megabyte, so that a request's path never reaches the file system.
 * @returns by path below `/dashboard/`; empty when it has not been built.
 */
export function readDashboard(): Map<string, DashboardFile> {
  const files = new Map<string, DashboardFile>();
  const folder = FOLDERS.find((each) => existsSync(join(each, 'index.html')));
  if (!folder) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || !type) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = readFileSync(path);
    const gzipped = extname(path) === '.woff2' ? null : gzipSync(plain, { level: 9 });
    files.set(relative(folder, path).split(sep).join('/'), { type, plain, gzipped });
  }
  return files;
}
