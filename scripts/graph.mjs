/**
 * npm run graph: prints the modules and what each imports, as a tree of text. A module is an app, a lib, or a folder of
 * the lib that is given: npm run graph -- delivery
 */
import { cruise } from 'dependency-cruiser';

const lib = process.argv[2];
const options = {
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '(\\.spec\\.tsx?$|^dist|^apps/dashboard|^node_modules)' },
  tsPreCompilationDeps: true,
};
const { output } = await cruise(['apps', 'libs'], options, null, { tsConfig: undefined });

/** @param {string} path of a file @returns {string | null} the module that it belongs to */
function moduleOf(path) {
  const [top, name, , folder, file] = path.split('/');
  if (top !== 'apps' && top !== 'libs') return null;
  if (!lib) return `${top}/${name}`;
  return top === 'libs' && name === lib ? (file ? `${lib}/${folder}` : null) : null;
}

/** @param {string} specifier of an import @param {string} resolved by dependency-cruiser */
function target(specifier, resolved) {
  const [, name] = /^@app\/([\w-]+)$/.exec(specifier) ?? [];
  return moduleOf(name ? `libs/${name}/src/index.ts` : resolved);
}

const imports = new Map();
for (const { source, dependencies } of output.modules) {
  const from = moduleOf(source);
  if (!from) continue;
  if (!imports.has(from)) imports.set(from, new Set());
  for (const { module, resolved } of dependencies) {
    const to = target(module, resolved);
    if (to && to !== from) imports.get(from).add(to);
  }
}
for (const [from, to] of [...imports].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${from.padEnd(22)} → ${[...to].sort().join(', ') || 'nothing'}`);
