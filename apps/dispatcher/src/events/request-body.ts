import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import { MAX_EVENT_TEXT_BYTES } from '@app/events';
import { PUBLISHER_BODY_BYTES, receiveJsonBody } from '@app/platform';
import { PUBLISHER } from '../publisher-token';

export const MAX_BATCH_BODY_BYTES = 32 * 1024 * 1024;

/** The JSON of an authenticated publisher's request as it was sent: what parsing would lose is found in its text. */
export function receiveJson(
  request: Request,
  response: Response,
  maxBytes = MAX_EVENT_TEXT_BYTES,
): Promise<Buffer> {
  return receiveJsonBody(request, response, {
    maxBytes,
    holder: PUBLISHER,
    holderBytes: PUBLISHER_BODY_BYTES,
  });
}

/** The `Idempotency-Key` header. Node reads headers as Latin-1; one that is UTF-8 equals the same key in a body. */
export function idempotencyKeyOf({ headers }: { headers: IncomingHttpHeaders }): string | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  const bytes = Buffer.from(key, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : key;
}
