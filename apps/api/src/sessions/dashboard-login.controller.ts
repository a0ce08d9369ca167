import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AuditTrail, DashboardSessions } from '@app/accounts';
import { Config } from '@app/platform';
import { SessionCookie } from '../auth';
import { loginPage, loginPagePolicy } from './login-page';

const UNUSABLE = '/dashboard/?link=unusable';

/**
 * Where the links of `POST /internal/v1/accounts/:id/dashboard-links` lead. A GET shows a page with one button and
 * changes nothing; the POST of that button signs in, once. The token is in the query, so no body is read.
 */
@ApiExcludeController()
@Controller('dashboard/login')
export class DashboardLoginController {
  constructor(
    private readonly sessions: DashboardSessions,
    private readonly cookie: SessionCookie,
    private readonly audit: AuditTrail,
    private readonly config: Config,
  ) {}

  @Get()
  async show(@Query('token') token: unknown, @Res() response: Response): Promise<void> {
    keepPrivate(response);
    if (typeof token !== 'string' || !(await this.sessions.isUsable(token))) {
      response.redirect(303, UNUSABLE);
      return;
    }
    const { ALLOWED_ORIGINS } = this.config;
    response.setHeader('Content-Security-Policy', loginPagePolicy(ALLOWED_ORIGINS));
    if (ALLOWED_ORIGINS.length === 0) response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.type('html').send(loginPage(token));
  }

  @Post()
  async open(
    @Query('token') token: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    keepPrivate(response);
    const opened =
      typeof token === 'string' && isFromOwnPage(request)
        ? await this.sessions.redeemLink(token, request.headers['user-agent'])
        : null;
    if (!opened) {
      response.redirect(303, UNUSABLE);
      return;
    }
    const { id, accountId, actor } = opened;
    await this.audit.record({
      accountId,
      actor: actor
        ? { kind: 'dashboard', id: actor.id, name: actor.name, credentialId: id }
        : { kind: 'dashboard', id },
      action: 'session.open',
      subject: id,
    });
    this.cookie.set(response, opened.token, opened.expiresAt);
    response.redirect(303, '/dashboard/');
  }
}

function keepPrivate(response: Response): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
}

/** Another site's page must not sign a visitor in to an account of its choice. */
function isFromOwnPage(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin';
}
