import { Global, Injectable, Module } from '@nestjs/common';
import { Config, isSame, Problem } from '@app/platform';

const BEARER = /^Bearer +(\S+)$/i;

/** Whose memory budget the bodies of publishers count against: all of them present the same token. */
export const PUBLISHER = 'publisher';

/** What publishers present: `Authorization: Bearer <PUBLISHER_TOKEN>`. */
@Injectable()
export class PublisherToken {
  private readonly expected: Buffer;

  constructor(config: Config) {
    this.expected = Buffer.from(config.PUBLISHER_TOKEN);
  }

  accepts(authorization: string | undefined): boolean {
    return isSame(Buffer.from(BEARER.exec(authorization ?? '')?.[1] ?? ''), this.expected);
  }

  /** @throws Problem unauthorized */
  require(authorization: string | undefined): void {
    if (this.accepts(authorization)) return;
    throw new Problem('unauthorized', 'Show the publisher token: Authorization: Bearer <PUBLISHER_TOKEN>.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="skipcalls-publisher"' },
    });
  }
}

@Global()
@Module({ providers: [PublisherToken], exports: [PublisherToken] })
export class PublisherTokenModule {}
