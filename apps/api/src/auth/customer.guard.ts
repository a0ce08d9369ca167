import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ApiKeyService } from '@app/accounts';
import { Problem } from '@app/platform';

/** Lets customers in: `Authorization: Bearer <API key>`. */
@Injectable()
export class CustomerGuard implements CanActivate {
  constructor(private readonly apiKeys: ApiKeyService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization } = request.headers;
    if (authorization === undefined) throw unauthorized('Show an API key: Authorization: Bearer skc_live_….');
    const presented = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const holder = presented === undefined ? null : await this.apiKeys.authenticate(presented);
    if (!holder)
      throw unauthorized('The API key is not valid: unknown, expired or revoked.', 'invalid_token');
    request.caller = { accountId: holder.accountId, actor: { kind: 'key', id: holder.keyId } };
    return true;
  }
}

function unauthorized(detail: string, error?: string): Problem {
  const challenge = `Bearer realm="skipcalls"${error ? `, error="${error}"` : ''}`;
  return new Problem('unauthorized', detail, { headers: { 'WWW-Authenticate': challenge } });
}
