import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Config } from '../../config/config';
import { networkOf } from '../client-address';
import { Problem } from '../problem';
import { enforce } from './enforce';
import { RateLimiter } from './rate-limiter';

const WINDOW_SECONDS = 60;
/** Addresses remembered as exhausted, in this process. */
const REMEMBERED = 10_000;

/**
 * Limits requests without valid credentials by the network that they come from. Counted is what was rejected (401, or an
 * unknown path); requests with valid credentials from the same network are not affected.
 */
@Injectable()
export class AnonymousLimit {
  /** Networks that used up their limit, with the Unix time in milliseconds at which it starts again. */
  private readonly exhausted = new Map<string, number>();

  constructor(
    private readonly limiter: RateLimiter,
    private readonly config: Config,
  ) {}

  /** Rejects requests without any credentials from a network that used up its limit, before anything is done for them. */
  readonly middleware = (request: Request, _response: Response, next: NextFunction): void => {
    if (this.exhausted.size === 0 || presentsCredentials(request)) return next();
    const until = this.exhausted.get(networkOf(request.ip)) ?? 0;
    if (until <= Date.now() || isProbe(request)) return next();
    const seconds = Math.ceil((until - Date.now()) / 1_000);
    next(
      new Problem('rate_limited', `Too many requests without valid credentials. Try again in ${seconds} s.`, {
        headers: { 'Retry-After': String(seconds) },
      }),
    );
  };

  /**
   * Counts a rejected request.
   * @throws Problem rate_limited once its network has used up its limit.
   */
  async count(request: Request, response: Response): Promise<void> {
    const limit = this.config.ANONYMOUS_REQUESTS_PER_MINUTE;
    if (limit === 0) return;
    const network = networkOf(request.ip);
    const allowance = await this.limiter.take(`anonymous:${network}`, limit, WINDOW_SECONDS);
    if (allowance && !allowance.allowed) this.remember(network, Date.now() + allowance.resetSeconds * 1_000);
    enforce(allowance, WINDOW_SECONDS, response);
  }

  private remember(network: string, until: number): void {
    if (this.exhausted.size >= REMEMBERED) this.exhausted.clear();
    this.exhausted.set(network, until);
  }
}

function presentsCredentials({ headers }: Request): boolean {
  return headers.authorization !== undefined || headers.cookie !== undefined;
}

/** Whoever watches over the process often comes from one address for many. */
function isProbe({ path }: Request): boolean {
  return path.startsWith('/health/') || path === '/metrics';
}
