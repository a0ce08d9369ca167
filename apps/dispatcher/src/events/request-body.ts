import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import { MAX_EVENT_TEXT_BYTES } from '@app/events';
import { Problem } from '@app/platform';

export const MAX_BATCH_BODY_BYTES = 32 * 1024 * 1024;

/** The JSON of a request as it was sent: what parsing would lose is found in its text. */
export function receiveJson(
  request: Request,
  _response: Response,
  _maxBytes = MAX_EVENT_TEXT_BYTES,
): Promise<Buffer> {
  if (Buffer.isBuffer(request.body)) return Promise.resolve(request.body);
  throw new Problem('validation_failed', 'A JSON body is required.');
}

/** The `Idempotency-Key` header. Node reads headers as Latin-1; one that is UTF-8 equals the same key in a body. */
export function idempotencyKeyOf({ headers }: { headers: IncomingHttpHeaders }): string | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  const bytes = Buffer.from(key, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : key;
}
