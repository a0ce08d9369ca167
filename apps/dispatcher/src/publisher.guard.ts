import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { PublisherToken } from './publisher-token';

/** Lets publishers in. */
@Injectable()
export class PublisherGuard implements CanActivate {
  constructor(private readonly token: PublisherToken) {}

  canActivate(context: ExecutionContext): boolean {
    this.token.require(context.switchToHttp().getRequest<Request>().headers.authorization);
    return true;
  }
}
