import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { Problem } from '../problem';
import { BodyBudget, CUSTOMER_BODY_BYTES } from './body-budget';

/** How a body may be received. */
export interface BodyLimits {
  /** Bytes, counted both as sent and as inflated. */
  maxBytes: number;
  /** Whether it may be compressed with gzip or deflate; default true. */
  mayBeCompressed?: boolean;
  /** Whose memory budget it counts against: the id of a key or session, or an address. */
  holder: string;
  /** The size of that budget in bytes; default `CUSTOMER_BODY_BYTES`. */
  holderBytes?: number;
}

/** A body that takes longer than this to arrive is given up, in milliseconds. */
const ARRIVES_WITHIN_MS = 30_000;

const budget = new BodyBudget();

/**
 * Receives a body, inflated, as one buffer. Nothing but this function and `streamBody` reads a body, and both are called
 * only once the caller is authenticated.
 * @throws Problem payload_too_large, unsupported_media_type, request_timeout, rate_limited, overloaded; the rest of the
 * body is then left unread.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await streamBody(request, response, limits, (chunk) => chunks.push(chunk));
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

/** As `readBody`, but hands over each piece as it arrives. */
export function streamBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, mayBeCompressed = true, holder, holderBytes = CUSTOMER_BODY_BYTES }: BodyLimits,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const inflater = inflaterFor(request, mayBeCompressed);
    const held = budget.open(holder, holderBytes);
    let sent = 0;
    let bytes = 0;

    const end = (error?: Error): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', complete).off('error', end).off('close', broken);
      held.close();
      if (error === undefined) return resolve();
      request.pause();
      if (inflater) {
        request.unpipe(inflater);
        inflater.destroy();
      }
      reject(error);
    };
    const receive = (chunk: Buffer): void => {
      try {
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        held.add(chunk.length);
        take(chunk);
      } catch (error) {
        end(error as Error);
      }
    };
    const count = (chunk: Buffer): void => {
      sent += chunk.length;
      if (sent > maxBytes) end(tooLarge(maxBytes));
      else if (!inflater) receive(chunk);
    };
    const complete = (): void => (inflater ? undefined : end());
    const broken = (): void =>
      request.complete ? undefined : end(new Problem('validation_failed', 'The request ended early.'));
    const timer = setTimeout(
      () =>
        end(new Problem('request_timeout', `The body did not arrive within ${ARRIVES_WITHIN_MS / 1_000} s.`)),
      ARRIVES_WITHIN_MS,
    );

    request.on('data', count).on('end', complete).on('error', end).on('close', broken);
    if (inflater) {
      inflater.on('data', receive).on('end', () => end());
      inflater.on('error', () =>
        end(new Problem('validation_failed', 'The body is not valid gzip or deflate.')),
      );
      request.pipe(inflater);
    }
    // Whoever sends `Expect: 100-continue` keeps the body back until now.
    if (request.headers.expect !== undefined) response.writeContinue();
  });
}

function inflaterFor(request: IncomingMessage, mayBeCompressed: boolean): Gunzip | Inflate | null {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return null;
  if (mayBeCompressed && (encoding === 'gzip' || encoding === 'x-gzip')) return createGunzip();
  if (mayBeCompressed && encoding === 'deflate') return createInflate();
  throw new Problem(
    'unsupported_media_type',
    `The content encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported.`,
  );
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('payload_too_large', `The body is larger than ${maxBytes} bytes.`);
}
