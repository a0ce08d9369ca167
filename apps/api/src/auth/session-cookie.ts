import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '@app/platform';

/**
 * The cookie that holds a dashboard session's token: out of reach of scripts, and sent by pages of our own site only.
 * Where the host product may put the dashboard into an iframe, other sites' pages have to be let in; then browsers
 * keep the cookie apart for each of them (CHIPS), and `X-Requested-With` keeps out what they might forge.
 */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(config: Config) {
    const secure = config.isHttps;
    const framed = secure && config.ALLOWED_ORIGINS.length > 0;
    this.name = secure ? '__Host-skipcalls_session' : 'skipcalls_session';
    this.options = {
      httpOnly: true,
      secure,
      path: '/',
      ...(framed ? { sameSite: 'none', partitioned: true } : { sameSite: 'strict' }),
    };
  }

  read(request: Request): string | null {
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const [name, ...value] = pair.split('=');
      if (name.trim() === this.name) return value.join('=').trim();
    }
    return null;
  }

  set(response: Response, token: string, expiresAt: Date): void {
    response.cookie(this.name, token, { ...this.options, expires: expiresAt });
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.options);
  }
}
