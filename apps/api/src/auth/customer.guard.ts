import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ApiKeyService, DashboardSessions } from '@app/accounts';
import { Problem } from '@app/platform';
import type { CustomerCaller } from './caller';
import { SessionCookie } from './session-cookie';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets customers in: by `Authorization: Bearer <API key>`, or by the cookie of a dashboard session. */
@Injectable()
export class CustomerGuard implements CanActivate {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization } = request.headers;
    request.caller =
      authorization === undefined ? await this.bySession(request) : await this.byKey(authorization);
    return true;
  }

  private async byKey(authorization: string): Promise<CustomerCaller> {
    const presented = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const holder = presented === undefined ? null : await this.apiKeys.authenticate(presented);
    if (!holder)
      throw unauthorized('The API key is not valid: unknown, expired or revoked.', 'invalid_token');
    return { accountId: holder.accountId, actor: { kind: 'key', id: holder.keyId } };
  }

  private async bySession(request: Request): Promise<CustomerCaller> {
    const token = this.cookie.read(request);
    if (token === null) throw unauthorized('Show an API key: Authorization: Bearer skc_live_….');
    const session = await this.sessions.find(token);
    if (!session) throw unauthorized('The session is over. Open the dashboard anew.');
    if (!SAFE_METHODS.has(request.method)) refuseForgery(request);
    return { accountId: session.accountId, actor: { kind: 'dashboard', id: session.id } };
  }
}

/**
 * A browser sends cookies along with whatever another site's page makes it send, but no such page can add a header of
 * its own: that needs a CORS preflight, which we never grant together with cookies.
 */
function refuseForgery(request: Request): void {
  const site = request.headers['sec-fetch-site'];
  const ownPage = site === undefined || site === 'same-origin';
  if (ownPage && request.headers['x-requested-with'] !== undefined) return;
  throw new Problem(
    'forbidden',
    'A change by a dashboard session needs the header X-Requested-With, sent by a page of our own.',
  );
}

function unauthorized(detail: string, error?: string): Problem {
  const challenge = `Bearer realm="skipcalls"${error ? `, error="${error}"` : ''}`;
  return new Problem('unauthorized', detail, { headers: { 'WWW-Authenticate': challenge } });
}
