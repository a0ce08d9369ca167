import { Injectable } from '@nestjs/common';
import { RedisConnection } from '../../redis';

/** What is left of a limit. */
export interface Allowance {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Until the limit is whole again. */
  resetSeconds: number;
}

/** A request waits no longer than this for a limit to be counted, in milliseconds. */
const COUNT_WITHIN_MS = 100;
/** After Redis has failed to count, it isn't asked again for this time, in milliseconds. */
const LEAVE_ALONE_MS = 1_000;

/** Counts requests in Redis, for all processes together, in windows of fixed length. */
@Injectable()
export class RateLimiter {
  private leaveAloneUntil = 0;

  constructor(private readonly redis: RedisConnection) {}

  /**
   * Takes one of what a bucket may in the current window.
   * @returns null while Redis is down: then nothing is limited, because rejecting everybody would be worse.
   */
  async take(bucket: string, limit: number, windowSeconds: number): Promise<Allowance | null> {
    const nowSeconds = Date.now() / 1_000;
    const window = Math.floor(nowSeconds / windowSeconds);
    const count = await this.count(`limit:${bucket}:${window}`, windowSeconds);
    if (count === null) return null;
    return {
      allowed: count <= limit,
      limit,
      remaining: Math.max(0, limit - count),
      resetSeconds: Math.ceil((window + 1) * windowSeconds - nowSeconds),
    };
  }

  private async count(key: string, windowSeconds: number): Promise<number | null> {
    if (Date.now() < this.leaveAloneUntil) return null;
    try {
      const results = await within(
        COUNT_WITHIN_MS,
        this.redis.client.multi().incr(key).expire(key, windowSeconds).exec(),
      );
      const count = results?.[0]?.[1];
      return typeof count === 'number' ? count : null;
    } catch {
      this.leaveAloneUntil = Date.now() + LEAVE_ALONE_MS;
      return null;
    }
  }
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
