import { Delete, Get, HttpCode, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AccountService, AuditTrail, DashboardSessions } from '@app/accounts';
import { IdParam, type Page, PageQuery, Problem, toPage } from '@app/platform';
import { Authenticated, Caller, CustomerController, SessionCookie, type CustomerCaller } from '../auth';
import { type ListedSessionView, SessionPage, SessionView, toListedSession } from './session.dto';

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
  @Authenticated({ scope: 'ANY' })
  @ApiOperation({ summary: 'The account, and what the key or session may do' })
  @ApiOkResponse({ type: SessionView })
  async read(@Caller() caller: CustomerCaller, @Req() request: Request): Promise<SessionView> {
    const account = await this.accounts.find(caller.accountId);
    const token = caller.actor.kind === 'dashboard' ? this.cookie.read(request) : null;
    const session = token === null ? null : await this.sessions.find(token);
    return {
      account: { id: caller.accountId, name: account!.name },
      expiresAt: session?.expiresAt ?? null,
      scopes: [...caller.scopes],
      keysExpireBy: caller.expiresAt,
      actor: session?.actor ?? null,
    };
  }

  @Delete()
  @HttpCode(204)
  @Authenticated({ scope: 'ANY' })
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session and removes its cookie. 404 for an API key: it has no session to end.',
  })
  @ApiNoContentResponse()
  async end(@Caller() caller: CustomerCaller, @Res({ passthrough: true }) response: Response): Promise<void> {
    if (caller.actor.kind !== 'dashboard') throw Problem.notFound('session');
    await this.sessions.end(caller.accountId, caller.credentialId);
    await this.audit.record({
      accountId: caller.accountId,
      actor: caller.actor,
      action: 'session.end',
      subject: caller.credentialId,
    });
    this.cookie.clear(response);
  }
}

@ApiTags('Dashboard session')
@CustomerController('sessions')
export class SessionsController {
  constructor(
    private readonly sessions: DashboardSessions,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({ summary: 'List the dashboard sessions that are signed in, newest first' })
  @ApiOkResponse({ type: SessionPage })
  async list(@Caller() caller: CustomerCaller, @Query() page: PageQuery): Promise<Page<ListedSessionView>> {
    const sessions = await this.sessions.list(caller.accountId, page);
    return toPage(sessions, page.limit, (session) => toListedSession(session, caller.credentialId));
  }

  @Delete(':id')
  @HttpCode(204)
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({
    summary: 'End a dashboard session',
    description:
      'Its browser is signed out from then on. API keys that it created stay: revoke them themselves.',
  })
  @ApiNoContentResponse()
  async end(@Caller() caller: CustomerCaller, @IdParam('ses', 'session') id: string): Promise<void> {
    if (!(await this.sessions.end(caller.accountId, id))) throw Problem.notFound('session');
    await this.audit.record({
      accountId: caller.accountId,
      actor: caller.actor,
      action: 'session.end',
      subject: id,
    });
  }
}
