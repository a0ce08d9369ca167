import { hkdfSync } from 'node:crypto';
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { RedisStore } from 'connect-redis';
import type { CookieOptions, Request, RequestHandler } from 'express';
import type { SessionOptions } from 'express-session';
import Redis from 'ioredis';
import { Config } from '@app/platform';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in, once all steps are done. */
    staffId?: string;
    /** Who has shown the right password, while the one-time code is still to come. */
    awaitingCodeOf?: string;
    /** The row of `staff_sessions`, without which nobody is signed in. */
    sessionId?: string;
    /** An authenticator secret on offer until its first code is shown, sealed. */
    offeredTotp?: string;
  }
}

/** Not used for this time, a session ends. */
const IDLE_MS = 2 * 60 * 60 * 1000;
const DEVICE_KEPT_MS = 90 * 24 * 60 * 60 * 1000;
export const SESSION_COOKIE = 'skipcalls_backoffice';
/** Says that somebody has signed in from this browser before; it signs nobody in. */
export const DEVICE_COOKIE = 'skipcalls_backoffice_device';

/** Sessions of staff, kept in Redis over a connection of their own. */
@Injectable()
export class SessionStore implements OnApplicationShutdown {
  private readonly client: Redis;

  constructor(private readonly config: Config) {
    this.client = new Redis(config.REDIS_URL, {
      commandTimeout: 2_000,
      maxRetriesPerRequest: 1,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
      lazyConnect: true,
    });
    // Redis being away is told by the platform's own connection; requests fail one by one until it is back.
    this.client.on('error', () => undefined);
  }

  options(): SessionOptions {
    return {
      name: SESSION_COOKIE,
      secret: Buffer.from(
        hkdfSync('sha256', Buffer.from(this.config.ENCRYPTION_KEY, 'base64'), '', 'backoffice session', 32),
      ).toString('hex'),
      store: new RedisStore({
        client: this.client,
        prefix: `${this.config.REDIS_PREFIX}:staff-session:`,
        ttl: IDLE_MS / 1000,
      }),
      resave: false,
      saveUninitialized: false,
      rolling: true,
      unset: 'destroy',
      cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto', path: '/admin', maxAge: IDLE_MS },
    };
  }

  /** Without it the process, and Jest, would never end. */
  onApplicationShutdown(): void {
    this.client.disconnect();
  }
}

/** Behind a PUBLIC_URL with https every cookie is `Secure`, whatever the proxy in front tells of itself. */
export function publicScheme(config: Pick<Config, 'PUBLIC_URL'>): RequestHandler {
  return (request, _response, next) => {
    if (isHttps(config)) Object.defineProperty(request, 'secure', { value: true });
    next();
  };
}

export function isHttps({ PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>): boolean {
  return PUBLIC_URL?.startsWith('https://') ?? false;
}

export function deviceCookie(config: Config, request: Request): CookieOptions {
  return {
    httpOnly: true,
    sameSite: 'strict',
    secure: isHttps(config) || request.secure,
    path: '/admin/login',
    maxAge: DEVICE_KEPT_MS,
  };
}
