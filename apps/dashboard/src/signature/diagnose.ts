import { bytesOf, digest, fromBase64, hmac, standardKey, toBase64, toHex } from './hmac';
import { bodyVariants, secretVariants } from './variants';

export interface Question {
  body: string;
  /** The value of `X-Webhook-Signature` (hex) or of `webhook-signature` (`v1,…`). */
  signature: string;
  secret: string;
  /** `webhook-id` and `webhook-timestamp`; needed for a `v1,…` signature only. */
  id?: string;
  timestamp?: string;
}

export type Verdict =
  | { matches: true; title: string; advice: string }
  | {
      matches: false;
      /** Whether the cause is proven, or a guess. */ certain: boolean;
      title: string;
      advice: string;
      expected: string | null;
    };

const MATCH: Verdict = {
  matches: true,
  title: 'The signature matches',
  advice: 'This body was signed with this secret, and not one byte was changed.',
};

/** Says whether a signature is right for a body and a secret and, if it is not, what is probably wrong. */
export async function diagnose(question: Question): Promise<Verdict> {
  const { body, secret } = question;
  const given = question.signature.trim();
  const standard = /(^|\s)v1a?,/.test(given);
  const expected = standard ? await signStandard(question, body, secret) : await signHex(body, secret);
  const wrong = (title: string, advice: string, certain = true): Verdict => ({
    matches: false,
    certain,
    title,
    advice,
    expected,
  });

  if (standard && (!question.id?.trim() || !question.timestamp?.trim())) {
    return {
      ...wrong(
        'Two more headers are needed',
        'A v1 signature covers webhook-id and webhook-timestamp as well: fill them in below.',
      ),
      expected: null,
    } as Verdict;
  }
  if (same(given, expected, standard)) return staleness(question, standard) ?? MATCH;

  for (const secretVariant of secretVariants(secret)) {
    for (const bodyVariant of bodyVariants(body)) {
      const candidate = standard
        ? await signStandard(question, bodyVariant.text, secretVariant.text)
        : await signHex(bodyVariant.text, secretVariant.text);
      if (!same(given, candidate, standard)) continue;
      const found = [bodyVariant.mistake, secretVariant.mistake].filter((mistake) => mistake !== null);
      return wrong(found.map(({ title }) => title).join('; '), found.map(({ advice }) => advice).join(' '));
    }
  }
  const method = standard ? null : await otherMethod(given, body, secret);
  if (method) return wrong(method.title, method.advice);
  const shape = standard ? null : shapeProblem(given);
  if (shape) return wrong(shape.title, shape.advice);
  return wrong(...leftOver(body, secret), false);
}

async function signHex(body: string, secret: string): Promise<string> {
  return toHex(await hmac('SHA-256', bytesOf(secret), body));
}

async function signStandard(question: Question, body: string, secret: string): Promise<string> {
  const content = `${question.id?.trim() ?? ''}.${question.timestamp?.trim() ?? ''}.${body}`;
  return `v1,${toBase64(await hmac('SHA-256', standardKey(secret), content))}`;
}

function same(given: string, expected: string, standard: boolean): boolean {
  return standard
    ? given.split(/\s+/).includes(expected)
    : given.replace(/^sha256=/i, '').toLowerCase() === expected;
}

/** The right signature, but one that a receiver's library refuses all the same. */
function staleness(question: Question, standard: boolean): Verdict | null {
  if (!standard) return null;
  const age = Math.abs(Date.now() / 1000 - Number(question.timestamp));
  if (age < 300) return null;
  return {
    matches: true,
    title: 'The signature matches, but the request is old',
    advice:
      'Its webhook-timestamp is more than five minutes from now. Standard Webhooks libraries refuse that, to stop replayed requests: check your server’s clock if this happens to fresh ones.',
  };
}

/** Another way of computing that leads to the given signature. */
async function otherMethod(
  given: string,
  body: string,
  secret: string,
): Promise<{ title: string; advice: string } | null> {
  const key = bytesOf(secret);
  const right = await hmac('SHA-256', key, body);
  const bare = given.replace(/^sha\d+=/i, '');
  const lower = bare.toLowerCase();
  if (bare === toBase64(right)) {
    return {
      title: 'The signature is written in base64',
      advice: 'X-Webhook-Signature is lower-case hex: take digest("hex"), not digest("base64").',
    };
  }
  for (const hash of ['SHA-1', 'SHA-512'] as const) {
    const other = await hmac(hash, key, body);
    if (lower === toHex(other) || bare === toBase64(other)) {
      return {
        title: `It was computed with HMAC-${hash.replace('-', '')}`,
        advice: 'X-Webhook-Signature is HMAC-SHA256.',
      };
    }
  }
  for (const text of [secret + body, body + secret, body]) {
    if (lower === toHex(await digest(text))) {
      return {
        title: 'A plain SHA-256 hash was computed, not an HMAC',
        advice: 'Use the HMAC function of your language, with the secret as its key.',
      };
    }
  }
  if (lower === toHex(await hmac('SHA-256', bytesOf(body), secret))) {
    return {
      title: 'The secret and the body have changed places',
      advice: 'The secret is the key of the HMAC and the body its message.',
    };
  }
  const decoded = standardKey(secret);
  if (secret.startsWith('whsec_') && lower === toHex(await hmac('SHA-256', decoded, body))) {
    return {
      title: 'The decoded secret was used as the key',
      advice:
        'For X-Webhook-Signature the key is the secret as typed, with whsec_, as UTF-8 text. Only webhook-signature (Standard Webhooks) uses the decoded bytes.',
    };
  }
  return null;
}

function shapeProblem(given: string): { title: string; advice: string } | null {
  const bare = given.replace(/^sha256=/i, '');
  if (/^[0-9a-f]{64}$/i.test(bare)) return null;
  if (/^[0-9a-f]+$/i.test(bare)) {
    return {
      title: `The signature has ${bare.length} characters instead of 64`,
      advice: 'Part of it is missing, or it comes from another hash than SHA-256.',
    };
  }
  if (fromBase64(bare)?.length === 32) {
    return {
      title: 'This looks like a signature in base64',
      advice:
        'If it comes from webhook-signature, paste the whole header value, with v1, at its beginning. X-Webhook-Signature is 64 hex digits.',
    };
  }
  return {
    title: 'This is not a signature in hex',
    advice: 'X-Webhook-Signature is 64 characters of 0-9 and a-f. Paste the header’s value alone.',
  };
}

function leftOver(body: string, secret: string): [title: string, advice: string] {
  if (body.includes('\uFFFD')) {
    return [
      'The body was decoded with the wrong character set',
      'It holds a replacement character (�), so bytes are lost. Compute the HMAC over the bytes, or decode them as UTF-8.',
    ];
  }
  try {
    JSON.parse(body);
  } catch {
    return [
      'The body is not complete',
      'It is not valid JSON, as our bodies always are: part of it is missing, or was changed. Log the raw body whole and paste that.',
    ];
  }
  const hint =
    secret.length > 4
      ? ` The one above ends in “${secret.trim().slice(-4)}”: compare that with the hint in the webhook’s settings.`
      : '';
  return [
    'Most probably the secret is another one',
    `The body is whole and none of the usual changes to it explains the signature.${hint} A secret that was rotated is valid until its overlap ends, and each webhook has its own.`,
  ];
}
