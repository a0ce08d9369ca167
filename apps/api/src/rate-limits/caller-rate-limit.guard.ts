import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Config, enforce, RateLimiter } from '@app/platform';
import { callerOf } from '../auth/caller';

const WINDOW_SECONDS = 60;

/** Lets every key and every dashboard session make so many requests a minute. Comes after the CustomerGuard. */
@Injectable()
export class CallerRateLimitGuard implements CanActivate {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const limit = this.config.API_REQUESTS_PER_MINUTE;
    if (limit > 0) {
      const allowance = await this.limiter.take(callerOf(context).credentialId, limit, WINDOW_SECONDS);
      enforce(allowance, WINDOW_SECONDS, context.switchToHttp().getResponse<Response>());
    }
    return true;
  }
}
