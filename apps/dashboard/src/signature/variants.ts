/**
 * What programs by mistake make of a body, a secret or a signature, each with a sentence on it. The first one of each
 * list is the right one.
 */

export interface BodyVariant {
  text: string;
  /** Null for the body as it is. */
  mistake: { title: string; advice: string } | null;
}

const RAW_BODY_ADVICE =
  'Compute the HMAC over the raw bytes of the request, before any JSON parser touches them: ' +
  'express.raw() in Express, request.get_data() in Flask, file_get_contents("php://input") in PHP.';

const RESERIALISED = (how: string): BodyVariant['mistake'] => ({
  title: `The body was parsed and written again${how}`,
  advice: `White space, escapes or the order of keys changed on the way, so the bytes are not the ones that were signed. ${RAW_BODY_ADVICE}`,
});

/** The body, and what it may have been before something changed it. Never the same text twice. */
export function bodyVariants(body: string): BodyVariant[] {
  const variants: BodyVariant[] = [{ text: body, mistake: null }];
  const add = (text: string, mistake: BodyVariant['mistake']): void => {
    if (!variants.some((variant) => variant.text === text)) variants.push({ text, mistake });
  };
  const newline = (which: string): BodyVariant['mistake'] => ({
    title: `There is ${which} at the end of the body`,
    advice: `Editors, echo and heredocs add a line break; the body that was signed and the one that is checked must end alike. ${RAW_BODY_ADVICE}`,
  });
  add(body.replace(/\r?\n$/, ''), newline('a line break too many'));
  add(body.replace(/^\uFEFF/, ''), {
    title: 'The body begins with a byte order mark',
    advice: `An editor has added it. ${RAW_BODY_ADVICE}`,
  });
  add(body.trim(), {
    title: 'There is white space around the body',
    advice: `Paste the body alone, from the first { to the last }. ${RAW_BODY_ADVICE}`,
  });
  add(`${body}\n`, newline('a line break missing'));
  add(`${body}\r\n`, newline('a line break missing'));
  add(body.replaceAll('\r\n', '\n'), {
    title: 'The line breaks of the body were changed',
    advice: RAW_BODY_ADVICE,
  });
  for (const { text, how } of rewrites(body)) add(text, RESERIALISED(how));
  return variants;
}

function rewrites(body: string): { text: string; how: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [];
  }
  const compact = JSON.stringify(value);
  const escapedUnicode = (text: string): string =>
    text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const spaced = pythonStyle(value);
  const sorted = sortKeys(value);
  return [
    { text: compact, how: '' },
    { text: JSON.stringify(value, null, 2), how: ', with indentation' },
    { text: JSON.stringify(value, null, 4), how: ', with indentation' },
    { text: escapedUnicode(spaced), how: " (this is how Python's json.dumps writes)" },
    { text: spaced, how: " (this is how Python's json.dumps writes)" },
    { text: escapedUnicode(compact), how: ', with escaped characters' },
    { text: escapedUnicode(compact.replaceAll('/', '\\/')), how: " (this is how PHP's json_encode writes)" },
    { text: compact.replaceAll('/', '\\/'), how: " (this is how PHP's json_encode writes)" },
    {
      text: compact.replace(/[<>&]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`),
      how: " (this is how Go's json.Marshal writes)",
    },
    { text: JSON.stringify(sorted), how: ', with its keys sorted' },
    { text: escapedUnicode(pythonStyle(sorted)), how: ', with its keys sorted' },
  ];
}

function pythonStyle(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonStyle).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${pythonStyle(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

export interface SecretVariant {
  text: string;
  mistake: { title: string; advice: string } | null;
}

/** The secret, and what may have been meant by it. */
export function secretVariants(secret: string): SecretVariant[] {
  const variants: SecretVariant[] = [{ text: secret, mistake: null }];
  const add = (text: string, title: string, advice: string): void => {
    if (!variants.some((variant) => variant.text === text))
      variants.push({ text, mistake: { title, advice } });
  };
  const trim = 'Strip white space when you read the secret from a file or an environment variable.';
  add(secret.trim(), 'There is white space around the secret', trim);
  add(`${secret}\n`, 'A line break was read as part of the secret', trim);
  add(
    secret.trim().replace(/^(["'])(.*)\1$/, '$2'),
    'The secret stands in quotation marks',
    'Take the quotation marks away; in .env files some loaders keep them.',
  );
  if (secret.startsWith('whsec_')) {
    add(
      secret.slice(6),
      'The secret was used without its whsec_ prefix',
      'For X-Webhook-Signature the key is the whole secret as text, with whsec_.',
    );
  } else {
    add(
      `whsec_${secret}`,
      'The secret is missing its whsec_ prefix',
      'Copy the whole secret, with whsec_ at its beginning.',
    );
  }
  return variants;
}
