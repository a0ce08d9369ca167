import * as crypto from 'node:crypto';
import { Global, Injectable, Module } from '@nestjs/common';
import { Config, Problem } from '@app/platform';

const BEARER = /^Bearer +(\S+)$/i;

/** What publishers show: `Authorization: Bearer <PUBLISHER_TOKEN>`. */
@Injectable()
export class PublisherToken {
  private readonly expected: Buffer;

  constructor(config: Config) {
    this.expected = digest(config.PUBLISHER_TOKEN);
  }

  /** @throws Problem unauthorized */
  require(authorization: string | undefined): void {
    const presented = BEARER.exec(authorization ?? '')?.[1];
    // Digests have one length, so the comparison's time tells nothing, not even how long the token is.
    if (presented !== undefined && crypto.timingSafeEqual(digest(presented), this.expected)) return;
    throw new Problem('unauthorized', 'Show the publisher token: Authorization: Bearer <PUBLISHER_TOKEN>.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="skipcalls-publisher"' },
    });
  }
}

function digest(token: string): Buffer {
  return crypto.hash('sha256', token, 'buffer');
}

@Global()
@Module({ providers: [PublisherToken], exports: [PublisherToken] })
export class PublisherTokenModule {}
