import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));
/** Inside of the repository, so that the compiled files find node_modules. */
const OUTPUT = fileURLToPath(new URL('../../.tmp/baseline/', import.meta.url));

/** Compiles the baseline. @returns the path of its entry file. */
export function buildBaseline() {
  mkdirSync(OUTPUT, { recursive: true });
  for (const file of readdirSync(SOURCE).filter((name) => name.endsWith('.ts'))) {
    const { code } = transformSync(readFileSync(join(SOURCE, file), 'utf8'), {
      filename: file,
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    });
    writeFileSync(join(OUTPUT, file.replace(/\.ts$/, '.js')), code);
  }
  return join(OUTPUT, 'main.js');
}
