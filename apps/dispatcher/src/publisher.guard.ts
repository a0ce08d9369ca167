import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { PUBLISHER, PublisherToken } from './publisher-token';

/** Authenticates publishers. */
@Injectable()
export class PublisherGuard implements CanActivate {
  constructor(private readonly token: PublisherToken) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    this.token.require(request.headers.authorization);
    request.bodyHolder = PUBLISHER;
    return true;
  }
}
