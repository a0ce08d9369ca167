import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AuditTrail, DashboardSessions } from '@app/accounts';
import { SessionCookie } from '../auth';

/** Where the links of `POST /internal/v1/accounts/:id/dashboard-links` lead: signs in, once, and goes on to the dashboard. */
@ApiExcludeController()
@Controller('dashboard/login')
export class DashboardLoginController {
  constructor(
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  async open(
    @Query('token') token: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Referrer-Policy', 'no-referrer');
    if (isOnlyLooking(request)) {
      response.status(204).end();
      return;
    }
    const session = typeof token === 'string' ? await this.sessions.redeemLink(token) : null;
    if (!session) {
      response.redirect(303, '/dashboard/?link=unusable');
      return;
    }
    const { id, accountId } = session;
    await this.audit.record({
      accountId,
      actor: { kind: 'dashboard', id },
      action: 'session.open',
      subject: id,
    });
    this.cookie.set(response, session.token, session.expiresAt);
    response.redirect(303, '/dashboard/');
  }
}

/** Previews and prefetching must not use the link up before a person does. */
function isOnlyLooking(request: Request): boolean {
  const purpose = request.get('sec-purpose') ?? request.get('purpose') ?? '';
  return request.method === 'HEAD' || purpose.includes('prefetch');
}
