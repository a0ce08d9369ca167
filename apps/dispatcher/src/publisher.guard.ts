import { createHash, timingSafeEqual } from 'node:crypto';
import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Config, Problem } from '@app/platform';

/** Lets publishers in: `Authorization: Bearer <PUBLISHER_TOKEN>`. */
@Injectable()
export class PublisherGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor(config: Config) {
    this.expected = digest(config.PUBLISHER_TOKEN);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization } = context.switchToHttp().getRequest<Request>().headers;
    const presented = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    // Digests have one length, so the comparison's time tells nothing, not even how long the token is.
    if (presented !== undefined && timingSafeEqual(digest(presented), this.expected)) return true;
    throw new Problem('unauthorized', 'Show the publisher token: Authorization: Bearer <PUBLISHER_TOKEN>.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="skipcalls-publisher"' },
    });
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
