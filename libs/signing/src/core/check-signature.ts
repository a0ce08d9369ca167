import { createSecretKey, timingSafeEqual } from 'node:crypto';
import { bodyKey, standardKey } from './secret';
import { bodySignature, standardSignature } from './signer';

/** Request headers in any of the shapes that Node, Express, Fastify and fetch hand out. */
export type IncomingHeaders = NodeHeaders | FetchHeaders;
type NodeHeaders = { [name: string]: string | readonly string[] | undefined };
type FetchHeaders = { get(name: string): string | null };

export interface SignatureOptions {
  /** How far `webhook-timestamp` may be from now, either way, in seconds. Default 300. */
  toleranceSeconds?: number;
  /**
   * Whether the time of signing has to be proven. `X-Webhook-Signature` covers the body only, so anyone that has recorded
   * a request can strip its other headers and send it again, years later. `false` accepts that header alone: only where
   * `webhook-id` or the payload's id is checked against what was received before. Default true.
   */
  requireTimestamp?: boolean;
  /** The present moment; for tests. Default: now. */
  now?: Date;
}

/** Why a request cannot be trusted. */
export type SignatureFailure =
  /** It has no `webhook-signature` (nor, with `requireTimestamp: false`, `X-Webhook-Signature`). */
  | 'MISSING_SIGNATURE'
  /** A signature header, id or timestamp is there, but makes no sense. */
  | 'MALFORMED_HEADERS'
  /** It was signed too long ago, or for a time to come: perhaps a replay by a stranger. */
  | 'TIMESTAMP_OUT_OF_TOLERANCE'
  /** The body or the secret is not the one that was signed with. */
  | 'SIGNATURE_MISMATCH';

export type SignatureVerdict =
  | { valid: true; scheme: 'webhook-signature' | 'X-Webhook-Signature' }
  | { valid: false; reason: SignatureFailure; message: string };

const DEFAULT_TOLERANCE_SECONDS = 300;
const HEX_SIGNATURE = /^[0-9a-f]{64}$/i;
const MESSAGES: Record<SignatureFailure, string> = {
  MISSING_SIGNATURE:
    'The request has no webhook-signature header: is a secret set for this webhook, and does a proxy remove headers?',
  MALFORMED_HEADERS: 'The signature headers cannot be read.',
  TIMESTAMP_OUT_OF_TOLERANCE: 'The webhook-timestamp is too far from now: check the clock of this machine.',
  SIGNATURE_MISMATCH:
    'No signature matches: check that the secret is right, and that the body is the raw one as it was received.',
};

/**
 * Whether a request was signed with the secret, lately. The Standard Webhooks header decides, since it covers the time
 * as well; a request with `X-Webhook-Signature` alone is accepted only with `requireTimestamp: false`.
 * Compares in constant time. Most receivers want `verify`, which cannot be overlooked: it throws.
 * @param rawBody the body exactly as it was received, not parsed and printed again.
 * @param secret the webhook's secret, or several (your own list during a rotation): one of them has to match.
 */
export function checkSignature(
  rawBody: Buffer | Uint8Array | string,
  headers: IncomingHeaders,
  secret: string | readonly string[],
  options: SignatureOptions = {},
): SignatureVerdict {
  const body = toBuffer(rawBody);
  const secrets = (typeof secret === 'string' ? [secret] : secret).filter((each) => each !== '');
  if (secrets.length === 0) throw new TypeError('The secret of the webhook is missing.');
  const read = headerReader(headers);
  const standard = read('webhook-signature');
  const plain = read('x-webhook-signature');
  if (standard !== undefined) return verifyStandard(body, standard, read, secrets, options);
  if (plain !== undefined && options.requireTimestamp === false)
    return verifyPlain(body, [plain, read('x-webhook-signature-previous')], secrets);
  return invalid('MISSING_SIGNATURE');
}

function verifyStandard(
  body: Buffer,
  header: string,
  read: HeaderReader,
  secrets: readonly string[],
  options: SignatureOptions,
): SignatureVerdict {
  const id = read('webhook-id');
  const timestamp = read('webhook-timestamp');
  const presented = header
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .map((each) => Buffer.from(each.slice('v1,'.length), 'utf8'));
  if (!id || !timestamp || !/^\d{1,12}$/.test(timestamp) || presented.length === 0)
    return invalid('MALFORMED_HEADERS');

  const now = (options.now ?? new Date()).getTime() / 1000;
  const tolerance = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  if (!(Math.abs(now - Number(timestamp)) <= tolerance)) return invalid('TIMESTAMP_OUT_OF_TOLERANCE');

  const matches = secrets.some((secret) => {
    const expected = Buffer.from(
      standardSignature(createSecretKey(standardKey(secret)), body, id, timestamp),
      'utf8',
    );
    return presented.some((signature) => isSame(signature, expected));
  });
  return matches ? { valid: true, scheme: 'webhook-signature' } : invalid('SIGNATURE_MISMATCH');
}

/** During a rotation, the header of the previous secret serves a receiver that does not know the new one yet. */
function verifyPlain(
  body: Buffer,
  [newest, previous]: readonly [newest: string, previous: string | undefined],
  secrets: readonly string[],
): SignatureVerdict {
  if (!HEX_SIGNATURE.test(newest)) return invalid('MALFORMED_HEADERS');
  const presented = [newest, previous ?? '']
    .filter((each) => HEX_SIGNATURE.test(each))
    .map((each) => Buffer.from(each.toLowerCase(), 'utf8'));
  const matches = secrets.some((secret) => {
    const expected = Buffer.from(bodySignature(createSecretKey(bodyKey(secret)), body), 'utf8');
    return presented.some((signature) => isSame(signature, expected));
  });
  return matches ? { valid: true, scheme: 'X-Webhook-Signature' } : invalid('SIGNATURE_MISMATCH');
}

function toBuffer(rawBody: Buffer | Uint8Array | string): Buffer {
  if (typeof rawBody === 'string') return Buffer.from(rawBody, 'utf8');
  if (rawBody instanceof Uint8Array)
    return Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  throw new TypeError('The raw body is needed, as text or bytes: a parsed body cannot be verified.');
}

/** The length of a signature is no secret; its bytes are compared in constant time. */
function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

type HeaderReader = (lowerCaseName: string) => string | undefined;

function headerReader(headers: IncomingHeaders): HeaderReader {
  if (isFetchHeaders(headers)) return (name) => headers.get(name) ?? undefined;
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'string' ? value : value?.[0];
    if (text !== undefined) byName.set(name.toLowerCase(), text);
  }
  return (name) => byName.get(name);
}

function isFetchHeaders(headers: IncomingHeaders): headers is FetchHeaders {
  return typeof headers['get'] === 'function';
}

function invalid(reason: SignatureFailure): SignatureVerdict {
  return { valid: false, reason, message: MESSAGES[reason] };
}
