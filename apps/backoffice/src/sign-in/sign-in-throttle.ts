import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnection } from '@app/platform';

const WINDOW_SECONDS = 15 * 60;

/** Wrong guesses in a quarter of an hour: by one address at one user, at one user by anybody, by one address at anybody. */
const LIMITS = { pair: 5, user: 30, address: 50 } as const;

/**
 * Counts each try before it is judged, so that a thousand at the same moment are not judged either; gives it back
 * when it was right. Fails closed: without Redis nobody signs in (nor would there be a session).
 */
const RESERVE = `
  local wait = 0
  for i, key in ipairs(KEYS) do
    local count = redis.call('INCR', key)
    if count == 1 then redis.call('EXPIRE', key, ARGV[1]) end
    if count > tonumber(ARGV[i + 1]) then wait = math.max(wait, redis.call('TTL', key)) end
  end
  return wait`;

/** Slows down who guesses passwords or one-time codes, by user and by address. */
@Injectable()
export class SignInThrottle {
  constructor(private readonly redis: RedisConnection) {}

  /** @returns for how many seconds nothing is accepted; 0 when this try may be judged. */
  async reserve(user: string, address: string): Promise<number> {
    const keys = this.keys(user, address);
    const limits = [LIMITS.pair, LIMITS.user, LIMITS.address];
    return (await this.redis.client.eval(RESERVE, keys.length, ...keys, WINDOW_SECONDS, ...limits)) as number;
  }

  /** The try was right: what this address had got wrong for this user is forgotten, the others' tries are not. */
  async succeeded(user: string, address: string): Promise<void> {
    const [pair, byUser, byAddress] = this.keys(user, address);
    await this.redis.client.multi().del(pair).decr(byUser).decr(byAddress).exec();
  }

  private keys(user: string, address: string): [pair: string, user: string, address: string] {
    const name = hashed(user.trim().toLowerCase());
    return [
      `signin:pair:${name}:${hashed(address)}`,
      `signin:user:${name}`,
      `signin:address:${hashed(address)}`,
    ];
  }
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
