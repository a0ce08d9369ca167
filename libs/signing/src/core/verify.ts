import {
  checkSignature,
  type IncomingHeaders,
  type SignatureFailure,
  type SignatureOptions,
} from './check-signature';
import type { DefaultPayload, WebhookPayload } from './payloads';

/** A request that was not signed with the secret, or is too old, or holds no payload: answer it with a 4xx. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';

  constructor(
    readonly reason: SignatureFailure | 'BODY_NOT_JSON',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Makes sure that a request comes from SkipCalls and was signed lately, and reads its payload. Accepts any of the
 * signatures that are sent during a rotation of the secret; see `checkSignature`.
 *
 * ```ts
 * const payload = verify(rawBody, request.headers, process.env.SKIPCALLS_WEBHOOK_SECRET);
 * if (payload.type === 'CALL_COMPLETED') console.log(payload.data.summaries?.short);
 * ```
 * For a webhook of format ZAPIER: `verify<ZapierPayload>(…)`.
 * @param rawBody the body exactly as it was received, as text or bytes: not parsed and printed again.
 * @param headers the request's headers: a Node, Express or Fastify object, or fetch's `Headers`.
 * @param secret the webhook's secret, or several: one of them has to match.
 * @throws {WebhookVerificationError} if it cannot be trusted.
 * @throws {TypeError} if there is no secret, or the body was already parsed: a mistake in the receiver.
 */
export function verify<Payload extends WebhookPayload = DefaultPayload>(
  rawBody: Buffer | Uint8Array | string,
  headers: IncomingHeaders,
  secret: string | readonly string[],
  options: SignatureOptions = {},
): Payload {
  const verdict = checkSignature(rawBody, headers, secret, options);
  if (!verdict.valid) throw new WebhookVerificationError(verdict.reason, verdict.message);
  try {
    return JSON.parse(
      typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody).toString('utf8'),
    ) as Payload;
  } catch {
    throw new WebhookVerificationError('BODY_NOT_JSON', 'The signature is right, but the body is not JSON.');
  }
}
