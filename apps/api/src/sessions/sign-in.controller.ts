import { Body, CanActivate, Controller, ExecutionContext, Injectable, Post, Req, Res, UseGuards } from '@nestjs/common'; // prettier-ignore
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AccountService, ApiKeyService, AuditTrail, DashboardSessions } from '@app/accounts';
import { AnonymousBody, enforce, networkOf, Problem, RateLimiter } from '@app/platform';
import { SessionCookie } from '../auth';
import { OpenSessionBody, SessionView } from './session.dto';

const TRIES_PER_MINUTE = 30;

/** Limits sign-ins by network. A guard, because guards come before the body is read. */
@Injectable()
export class SignInRateLimit implements CanActivate {
  constructor(private readonly limiter: RateLimiter) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const bucket = `sign-in:${networkOf(http.getRequest<Request>().ip)}`;
    enforce(await this.limiter.take(bucket, TRIES_PER_MINUTE, 60), 60, http.getResponse<Response>());
    return true;
  }
}

/** Signing in with an API key, for customers that come without a link. */
@ApiTags('Dashboard session')
@Controller('v1/session')
export class SignInController {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly accounts: AccountService,
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
    private readonly audit: AuditTrail,
  ) {}

  @Post()
  @UseGuards(SignInRateLimit)
  @AnonymousBody()
  @ApiOperation({
    summary: 'Open a dashboard session',
    description:
      'The response sets an http-only cookie that is valid for 12 hours, or until the key ends. The session has the ' +
      'scopes of the key.',
  })
  @ApiCreatedResponse({ type: SessionView })
  async open(
    @Body() body: OpenSessionBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const holder = await this.apiKeys.authenticate(body.apiKey.trim());
    if (holder && holder.accountStatus !== 'ACTIVE')
      throw new Problem('account_suspended', 'The account is suspended. Contact support to reactivate it.');
    const session = holder && (await this.sessions.openByKey(holder.keyId, request.headers['user-agent']));
    if (!session)
      throw Problem.invalid([{ path: 'apiKey', message: 'is not valid: unknown, expired or revoked' }]);
    const { accountId, keyId, scopes, expiresAt } = holder;
    await this.audit.record({
      accountId,
      actor: { kind: 'key', id: keyId },
      action: 'session.open',
      subject: session.id,
    });
    this.cookie.set(response, session.token, session.expiresAt);
    const account = await this.accounts.find(accountId);
    return {
      account: { id: accountId, name: account!.name },
      expiresAt: session.expiresAt,
      scopes: [...scopes],
      keysExpireBy: expiresAt,
      actor: null,
    };
  }
}
