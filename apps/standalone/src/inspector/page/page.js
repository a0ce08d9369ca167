/** The inspector's page: what came before, then what comes, as it comes. Everything received is put in as text. */
const byId = (id) => document.getElementById(id);
const requests = new Map();
let newest = null;
let shown = null;

const MEANING = {
  right: 'right',
  wrong: 'wrong',
  none: 'not sent',
  unknown: 'cannot be checked: no webhook with a secret sends here',
};

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const header = (request, name) => request.headers.find(([other]) => other.toLowerCase() === name)?.[1];
const timeOf = (request) => new Date(request.receivedAt).toLocaleTimeString(undefined, { hour12: false });
const titleOf = (request) => header(request, 'x-webhook-event') ?? `${request.method} ${request.path}`;

function badges(request) {
  const made = [];
  if (header(request, 'x-webhook-test') === 'true') made.push(element('span', 'test', 'badge test'));
  for (const { scheme, verdict, detail } of request.signatures) {
    const badge = element('span', `${scheme}: ${MEANING[verdict]}`, `badge ${verdict}`);
    if (detail) badge.title = detail;
    made.push(badge);
  }
  if (request.answered !== 200) made.push(element('span', `answered ${request.answered}`, 'badge wrong'));
  return made;
}

/** One word for the list: the worst of all schemes. */
function signatureWord({ signatures }) {
  const verdicts = signatures.map(({ verdict }) => verdict);
  if (verdicts.includes('wrong')) return '✗ signature wrong';
  if (verdicts.includes('right')) return '✓ signed';
  return verdicts.includes('unknown') ? 'signed, not checked' : 'not signed';
}

function add(request, isNew) {
  if (requests.has(request.id)) return;
  requests.set(request.id, request);
  const attempt = header(request, 'x-webhook-attempt');
  const isTest = header(request, 'x-webhook-test') === 'true';
  const button = element('button', undefined, isNew ? 'new' : '');
  button.type = 'button';
  button.id = request.id;
  button.append(
    element('span', titleOf(request), 'name'),
    element('span', timeOf(request), 'time'),
    element(
      'span',
      [signatureWord(request), isTest && 'test', attempt && `attempt ${attempt}`].filter(Boolean).join(' · '),
      'what',
    ),
    element('span', request.answered === 200 ? '' : `→ ${request.answered}`, 'what'),
  );
  button.addEventListener('click', () => show(request.id));
  const row = element('li');
  row.append(button);
  byId('requests').prepend(row);
  // The newest is shown, unless somebody reads an older one.
  const follows = shown === newest;
  newest = request.id;
  if (follows) show(request.id);
}

function show(id) {
  const request = requests.get(id);
  shown = id;
  byId('empty').hidden = true;
  byId('request').hidden = false;
  for (const button of document.querySelectorAll('#requests button')) {
    button.setAttribute('aria-current', String(button.id === id));
  }
  byId('title').textContent = titleOf(request);
  byId('badges').replaceChildren(...badges(request));
  const facts = {
    Received: new Date(request.receivedAt).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'medium',
    }),
    Event: header(request, 'webhook-id'),
    Delivery: header(request, 'x-webhook-delivery'),
    Attempt: header(request, 'x-webhook-attempt'),
    Address: `${request.method} /inspector/hooks${request.path}`,
    Size: `${request.bodyBytes.toLocaleString()} bytes`,
  };
  byId('facts').replaceChildren(
    ...Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .flatMap(([name, value]) => [element('dt', name), element('dd', value)]),
  );
  byId('body').replaceChildren(...pretty(request.body));
  byId('headers').replaceChildren(
    ...request.headers.map(([name, value]) => {
      const row = element('tr');
      row.append(element('td', name), element('td', value));
      return row;
    }),
  );
  byId('detail').scrollTop = 0;
}

/** JSON with indents and colours; anything else as it is. */
function pretty(body) {
  let text;
  try {
    text = JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return [document.createTextNode(body || '(empty)')];
  }
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(
    /("(?:\\.|[^"\\])*")(:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
  )) {
    parts.push(document.createTextNode(text.slice(last, match.index)));
    const token = match[1] ?? match[0];
    parts.push(element('span', token, match[2] ? 'key' : match[1] ? 'text' : 'scalar'));
    last = match.index + token.length;
  }
  parts.push(document.createTextNode(text.slice(last)));
  return parts;
}

async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Copying is not allowed here';
  }
  setTimeout(() => (button.textContent = label), 1500);
}

async function load() {
  for (const request of await (await fetch('/inspector/requests')).json()) add(request, false);
}

function connect() {
  const stream = new EventSource('/inspector/stream');
  const state = byId('state');
  stream.onopen = async () => {
    state.textContent = 'Live';
    state.className = 'live';
    // What came while the connection was away.
    await load();
  };
  stream.onmessage = ({ data }) => add(JSON.parse(data), true);
  stream.onerror = () => {
    state.textContent = 'The service is away; trying again …';
    state.className = '';
  };
}

function clear() {
  requests.clear();
  newest = shown = null;
  byId('requests').replaceChildren();
  byId('request').hidden = true;
  byId('empty').hidden = false;
}

byId('clear').addEventListener('click', async () => {
  await fetch('/inspector/requests', { method: 'DELETE' });
  clear();
});
byId('copy-body').addEventListener('click', ({ target }) => copy(target, requests.get(shown).body));
byId('copy-command').addEventListener('click', ({ target }) => copy(target, byId('command').textContent));
fetch('/inspector/publish-command')
  .then((answer) => answer.json())
  .then(({ command }) => (byId('command').textContent = command));
connect();
