import { Global, Injectable, Module } from '@nestjs/common';
import { Config, isSame, Problem } from '@app/platform';

const BEARER = /^Bearer +(\S+)$/i;

/** What publishers show: `Authorization: Bearer <PUBLISHER_TOKEN>`. */
@Injectable()
export class PublisherToken {
  private readonly expected: Buffer;

  constructor(config: Config) {
    this.expected = Buffer.from(config.PUBLISHER_TOKEN);
  }

  /** @throws Problem unauthorized */
  require(authorization: string | undefined): void {
    const presented = Buffer.from(BEARER.exec(authorization ?? '')?.[1] ?? '');
    if (isSame(presented, this.expected)) return;
    throw new Problem('unauthorized', 'Show the publisher token: Authorization: Bearer <PUBLISHER_TOKEN>.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="skipcalls-publisher"' },
    });
  }
}

@Global()
@Module({ providers: [PublisherToken], exports: [PublisherToken] })
export class PublisherTokenModule {}
