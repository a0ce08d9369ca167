/**
 * node test/bench/profile.mjs <file.cpuprofile> [rows]
 *
 * Reads a CPU profile (`node --cpu-prof`) of a dispatcher under load: which part of the way of an event costs how much,
 * and which functions cost most by themselves. Loading of modules and idle time are left out.
 */
import { readFileSync } from 'node:fs';
import { table } from './kit/table.mjs';

/** From the top of a stack downwards, the first frame that a rule knows says to which part a sample belongs. */
const PARTS = [
  ['loading', /cjs\/loader|run_main|\bModule\._/],
  ['garbage collector', /^\(garbage collector\)/],
  ['write down: pino', /pino|thread-stream|sonic-boom/],
  ['request context: MikroORM', /@mikro-orm/],
  ['metrics', /prom-client/],
  [
    'validate and normalise the call record',
    /libs\/formatting\/src\/(parse|iso|free)|libs\/events\/src\/publication|validate\d/,
  ],
  ['render the body', /libs\/formatting\/src\/(render|zapier)/],
  ['sign', /libs\/signing|internal\/crypto/],
  ['Redis, Bull', /ioredis|node_modules\/bull\b|^.* bull\//],
  [
    'PostgreSQL: commit and record',
    /libs\/(events\/src\/event-store|delivery\/src\/store|platform\/src\/database)|node_modules\/pg|pg-protocol|pg-pool|^.* pg\//,
  ],
  ['send: undici', /undici|libs\/delivery\/src\/sending/],
  ['engine: queues, leases, decisions', /libs\/delivery/],
  ['publish: event bus', /libs\/events|batching/],
  ['parse JSON', /body-parser\/lib\/types|raw-body/],
  [
    'HTTP in: Express, Nest',
    /express|router\/|@nestjs|body-parser|helmet|finalhandler|libs\/platform\/src\/http|apps\/dispatcher/,
  ],
  ['HTTP in: Node', /_http_server|_http_outgoing|_http_common|_http_incoming|parserOn/],
  ['async hooks', /async_hooks|promise\w*Hook/],
  ['sockets and streams', /node:net|stream|node:events|node:buffer|writev|writeBuffer|timers/],
];

const [file, rows = '25'] = process.argv.slice(2);
const profile = JSON.parse(readFileSync(file, 'utf8'));
const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
const parents = new Map(
  profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])),
);

const byPart = new Map();
const byFunction = new Map();
let total = 0;
profile.samples.forEach((id, i) => {
  const spent = profile.timeDeltas[i];
  // So long a sample is a machine that stood still.
  if (spent > 300_000) return;
  const leaf = describe(nodes.get(id));
  if (leaf.startsWith('(idle)')) return;
  const part = partOf(id);
  if (part === 'loading') return;
  total += spent;
  add(byPart, part, spent);
  add(byFunction, leaf, spent);
});

const share = (spent) => `${((100 * spent) / total).toFixed(1)} %`;
const ranked = (map, count) => [...map].sort((a, b) => b[1] - a[1]).slice(0, count).map(([name, spent]) => [name, share(spent)]); // prettier-ignore
console.log(`${(total / 1e6).toFixed(1)} s at work\n`);
console.log(table(['part', 'share'], ranked(byPart, PARTS.length + 1)));
console.log(`\n${table(['function, by itself', 'share'], ranked(byFunction, Number(rows)))}`);

function partOf(id) {
  let generic = null;
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const frame = describe(nodes.get(at));
    const index = PARTS.findIndex(([, rule]) => rule.test(frame));
    if (index < 0) continue;
    // Node's own machinery works for somebody: look further down for whom.
    if (PARTS[index][0].startsWith('async hooks') || index >= PARTS.length - 3) generic ??= PARTS[index][0];
    else return PARTS[index][0];
  }
  return generic ?? 'other';
}

function describe({ callFrame: { functionName, url, lineNumber } }) {
  const place = url.replace(/^file:\/\//, '').replace(/.*\/node_modules\//, '').replace(/.*\/dist\//, ''); // prettier-ignore
  return `${functionName || '(anonymous)'} ${place}${place ? `:${lineNumber + 1}` : ''}`;
}

function add(map, key, amount) {
  map.set(key, (map.get(key) ?? 0) + amount);
}
