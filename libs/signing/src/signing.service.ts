import { Injectable } from '@nestjs/common';
import { Signer } from './core';

/** Signs bodies. The keys of a list of secrets are prepared once and kept as long as the list itself. */
@Injectable()
export class SigningService {
  private readonly signers = new WeakMap<readonly string[], Signer>();

  /**
   * @param secrets the live secrets, newest first; pass the same array for the same webhook, because its keys are cached by identity.
   * @param timestampSeconds Unix seconds of this attempt.
   * @returns the signature headers, empty without a secret.
   */
  sign(
    secrets: readonly string[],
    body: Buffer,
    eventId: string,
    timestampSeconds: number,
  ): Record<string, string> {
    let signer = this.signers.get(secrets);
    if (!signer) this.signers.set(secrets, (signer = new Signer(secrets)));
    return signer.sign(body, eventId, timestampSeconds);
  }
}
