import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ApiKeyService, DashboardSessions, hasScope, type AccountStatus } from '@app/accounts';
import { Problem } from '@app/platform';
import { scopeOf } from './authenticated';
import type { CustomerCaller } from './caller';
import { SessionCookie } from './session-cookie';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Authenticates customers, by `Authorization: Bearer <API key>` or by the cookie of a dashboard session, and requires
 * the scope that the route declares.
 */
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
    const caller =
      authorization === undefined ? await this.bySession(request) : await this.byKey(authorization);
    requireScope(caller, context.getHandler());
    request.caller = caller;
    request.bodyHolder = caller.credentialId;
    return true;
  }

  private async byKey(authorization: string): Promise<CustomerCaller> {
    const presented = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const holder = presented === undefined ? null : await this.apiKeys.authenticate(presented);
    if (!holder)
      throw unauthorized('The API key is not valid: unknown, expired or revoked.', 'invalid_token');
    requireActive(holder.accountStatus);
    const { accountId, keyId, scopes, expiresAt } = holder;
    return { accountId, actor: { kind: 'key', id: keyId }, credentialId: keyId, scopes, keyId, expiresAt };
  }

  private async bySession(request: Request): Promise<CustomerCaller> {
    const token = this.cookie.read(request);
    if (token === null) throw unauthorized('Show an API key: Authorization: Bearer skc_live_….');
    const session = await this.sessions.find(token);
    if (!session) throw unauthorized('Your session expired. Sign in again.');
    requireActive(session.accountStatus);
    if (!SAFE_METHODS.has(request.method)) refuseForgery(request);
    const { accountId, id, actor, scopes, key } = session;
    return {
      accountId,
      actor: actor
        ? { kind: 'dashboard', id: actor.id, name: actor.name, credentialId: id }
        : { kind: 'dashboard', id },
      credentialId: id,
      scopes,
      keyId: key?.id ?? null,
      expiresAt: key?.expiresAt ?? null,
    };
  }
}

function requireActive(status: AccountStatus): void {
  if (status !== 'ACTIVE')
    throw new Problem('account_suspended', 'The account is suspended. Contact support to reactivate it.');
}

function requireScope(caller: CustomerCaller, handler: object): void {
  const scope = scopeOf(handler);
  if (scope === undefined) throw new Error('The route declares no scope');
  if (scope === 'ANY' || hasScope(caller.scopes, scope)) return;
  throw new Problem('insufficient_scope', `This needs an API key with the scope ${scope}.`, {
    headers: { 'WWW-Authenticate': `Bearer realm="skipcalls", error="insufficient_scope", scope="${scope}"` },
  });
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
