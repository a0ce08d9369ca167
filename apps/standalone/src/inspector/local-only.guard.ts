import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '@app/platform';

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * The inspector shows what customers would get, and signs people in to the demo account: for those who sit at this
 * machine alone. The name they called us by is looked at too, since a page of a stranger could point its own name here.
 */
@Injectable()
export class LocalOnlyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { socket, headers } = context.switchToHttp().getRequest<Request>();
    if (LOOPBACK.test(socket.remoteAddress ?? '') && LOCAL_HOST.test(headers.host ?? '')) return true;
    throw new Problem('forbidden', 'The inspector answers on its own machine only, as http://localhost.');
  }
}
