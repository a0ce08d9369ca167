/**
 * Renders templates of customers in a thread of its own: whatever a template does, it takes this thread's time and memory
 * only, and the pool ends the thread. Plain JavaScript, because a thread starts from a file that Node can run as it is.
 *
 * Takes `{body, headers, event}`: templates, and the DEFAULT body as JSON text. Returns `{body, headers}`, or
 * `{error: {path, message, isLimit}}`.
 */
const { parentPort } = require('node:worker_threads');
const { Liquid, filters } = require('liquidjs');

/** Characters of a template, and of what it may build in all; milliseconds of rendering. */
const LIMITS = { parseLimit: 100_000, memoryLimit: 20_000_000, renderLimit: 500 };
const MAX_OUTPUT = 1_048_576;
const MAX_PARSED = 200;

/** Of the event that is being rendered: "now" must be the same on every attempt. */
let eventTime = '';

/** Text is escaped for the JSON string around it, so that no title of a call can break out of it or add a field. */
const body = engine((value) => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return escapeText(value.join(''));
  return typeof value === 'object' ? JSON.stringify(value) : escapeText(String(value));
});
const header = engine(undefined);

function engine(outputEscape) {
  const liquid = new Liquid({
    ...LIMITS,
    strictFilters: true,
    // A section that an event doesn't have is null; its fields are empty rather than errors.
    strictVariables: false,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    preserveTimezones: true,
    locale: 'en-US',
    outputEscape,
    // There are no files: `include`, `render`, and `layout` find nothing.
    templates: {},
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  // It gives something else on each attempt.
  delete liquid.filters.sample;
  const toJson = (value) => JSON.stringify(value === undefined ? null : value) ?? 'null';
  for (const name of ['json', 'jsonify']) liquid.registerFilter(name, { handler: toJson, raw: true });
  for (const name of [
    'date',
    'date_to_xmlschema',
    'date_to_rfc822',
    'date_to_string',
    'date_to_long_string',
  ]) {
    const ofLiquid = filters[name];
    liquid.registerFilter(name, function (value, ...rest) {
      return ofLiquid.call(this, value === 'now' || value === 'today' ? eventTime : value, ...rest);
    });
  }
  const parsed = new Map();
  return (text, event) => {
    let template = parsed.get(text);
    if (!template) {
      if (parsed.size >= MAX_PARSED) parsed.clear();
      parsed.set(text, (template = liquid.parse(text)));
    }
    return liquid.renderSync(template, event);
  };
}

function escapeText(text) {
  return JSON.stringify(text).slice(1, -1);
}

function render({ body: template, headers, event }) {
  let path = 'request.body';
  try {
    const data = JSON.parse(event);
    eventTime = data.timestamp;
    const text = body(template, data).toWellFormed();
    if (text.length > MAX_OUTPUT) throw new Error('it gives more than 1 MiB');
    checkJson(text);
    const values = {};
    for (const [name, value] of Object.entries(headers)) {
      path = `request.headers.${name}`;
      values[name] = header(value, data);
    }
    return { body: text, headers: values };
  } catch (error) {
    const message = String(error.message).slice(0, 300);
    return { error: { path, message, isLimit: /limit exceeded/.test(message) } };
  }
}

function checkJson(text) {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`it does not give valid JSON: ${error.message}`, { cause: error });
  }
}

parentPort.on('message', (job) => parentPort.postMessage(render(job)));
parentPort.postMessage('ready');
