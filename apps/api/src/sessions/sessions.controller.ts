import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AccountService, ApiKeyService, AuditTrail, DashboardSessions } from '@app/accounts';
import { Problem } from '@app/platform';
import { Caller, CustomerController, SessionCookie, type CustomerCaller } from '../auth';
import { enforce } from '../rate-limits/enforce';
import { RateLimiter } from '../rate-limits/rate-limiter';
import { OpenSessionBody, SessionView } from './session.dto';

const TRIES_PER_MINUTE = 30;

/** Signing in with an API key, for those who come without a link. */
@ApiTags('Dashboard session')
@Controller('v1/session')
export class SignInController {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly accounts: AccountService,
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
    private readonly limiter: RateLimiter,
    private readonly audit: AuditTrail,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Open a dashboard session',
    description: 'Answers with an http-only cookie that is good for 12 hours, or as long as the key.',
  })
  @ApiCreatedResponse({ type: SessionView })
  async open(
    @Body() body: OpenSessionBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    enforce(await this.limiter.take(`sign-in:${request.ip}`, TRIES_PER_MINUTE, 60), 60, response);
    const holder = await this.apiKeys.authenticate(body.apiKey.trim());
    if (!holder)
      throw Problem.invalid([{ path: 'apiKey', message: 'is not valid: unknown, expired or revoked' }]);
    const session = await this.sessions.openByKey(holder.keyId);
    const { accountId, keyId } = holder;
    await this.audit.record({
      accountId,
      actor: { kind: 'key', id: keyId },
      action: 'session.open',
      subject: session.id,
    });
    this.cookie.set(response, session.token, session.expiresAt);
    const account = await this.accounts.find(accountId);
    return { account: { id: accountId, name: account!.name }, expiresAt: session.expiresAt };
  }
}

@ApiTags('Dashboard session')
@CustomerController('session')
export class SessionController {
  constructor(
    private readonly accounts: AccountService,
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Who is asking' })
  @ApiOkResponse({ type: SessionView })
  async read(@Caller() caller: CustomerCaller, @Req() request: Request): Promise<SessionView> {
    const account = await this.accounts.find(caller.accountId);
    const token = caller.actor.kind === 'dashboard' ? this.cookie.read(request) : null;
    const session = token === null ? null : await this.sessions.find(token);
    return { account: { id: caller.accountId, name: account!.name }, expiresAt: session?.expiresAt ?? null };
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session and takes its cookie away. An API key has no session to end.',
  })
  @ApiNoContentResponse()
  async end(@Caller() caller: CustomerCaller, @Res({ passthrough: true }) response: Response): Promise<void> {
    if (caller.actor.kind !== 'dashboard') throw Problem.notFound('session');
    await this.sessions.end(caller.accountId, caller.actor.id);
    await this.audit.record({
      accountId: caller.accountId,
      actor: caller.actor,
      action: 'session.end',
      subject: caller.actor.id,
    });
    this.cookie.clear(response);
  }
}
