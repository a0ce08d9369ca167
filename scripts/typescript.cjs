/**
 * Lets plain node run the TypeScript of this repository, for tests and tools: node --require ./scripts/typescript.cjs x.ts
 * Types aren't checked here (`npm run check` does), and `@app/<lib>` leads to libs/<lib>/src.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');
const swcOptions = require('./swc-options.cjs');

const root = resolve(__dirname, '..');

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const lib = /^@app\/([\w-]+)$/.exec(request);
  return resolveFilename.call(this, lib ? join(root, 'libs', lib[1], 'src/index.ts') : request, ...rest);
};

for (const extension of ['.ts', '.tsx']) {
  Module._extensions[extension] = (module, filename) => {
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      ...swcOptions,
      filename,
      sourceMaps: 'inline',
    });
    module._compile(code, filename);
  };
}
process.setSourceMapsEnabled(true);
