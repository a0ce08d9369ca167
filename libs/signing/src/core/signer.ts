import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { bodyKey, standardKey } from './secret';

/** Signs bodies with a webhook's live secrets. Make it once per webhook: its keys are prepared. */
export class Signer {
  private readonly newest: KeyObject | null;
  private readonly previous: KeyObject | null;
  private readonly standard: KeyObject[];

  /** @param secrets the live secrets, newest first; none: nothing is signed. */
  constructor(secrets: readonly string[]) {
    [this.newest, this.previous] = [secrets[0], secrets[1]].map((secret) =>
      secret === undefined ? null : createSecretKey(bodyKey(secret)),
    );
    this.standard = secrets.map((secret) => createSecretKey(standardKey(secret)));
  }

  /**
   * The signature headers for one attempt: `X-Webhook-Signature` by the newest secret, `X-Webhook-Signature-Previous` by
   * the secret before it (if that is still live), and `webhook-signature` with one signature for each live secret, newest
   * first. Empty without a secret.
   */
  sign(body: Buffer, eventId: string, timestampSeconds: number): Record<string, string> {
    if (this.newest === null) return {};
    return {
      'X-Webhook-Signature': bodySignature(this.newest, body),
      ...(this.previous && { 'X-Webhook-Signature-Previous': bodySignature(this.previous, body) }),
      'webhook-signature': this.standard
        .map((key) => `v1,${standardSignature(key, body, eventId, timestampSeconds)}`)
        .join(' '),
    };
  }
}

/** Lower-case hex HMAC-SHA256 of the exact body. */
export function bodySignature(key: KeyObject, body: Buffer): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

/** Base64 HMAC-SHA256 of `<id>.<timestamp>.<body>` (Standard Webhooks 1.0). */
export function standardSignature(
  key: KeyObject,
  body: Buffer,
  id: string,
  timestamp: number | string,
): string {
  // Two updates hash the same bytes as a concatenation would, without copying the body.
  return createHmac('sha256', key).update(`${id}.${timestamp}.`, 'utf8').update(body).digest('base64');
}
