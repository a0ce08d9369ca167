import { createHmac, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config, derivedKey, isSame, networkOf, RedisConnection } from '@app/platform';

interface Budget {
  tries: number;
  seconds: number;
}

const QUARTER = 15 * 60;
const DAY = 24 * 60 * 60;
/** Wrong guesses of one address (or one known device) at one account: a few now, and not many more later. */
const BY_PAIR: Budget[] = [{ tries: 5, seconds: QUARTER }, { tries: 20, seconds: DAY }]; // prettier-ignore
/** Wrong guesses at one account from everywhere that its owner has not signed in from. */
const BY_ACCOUNT: Budget[] = [{ tries: 30, seconds: QUARTER }, { tries: 200, seconds: DAY }]; // prettier-ignore
/** Wrong guesses of one address at any account. */
const BY_ADDRESS: Budget[] = [{ tries: 50, seconds: QUARTER }, { tries: 300, seconds: DAY }]; // prettier-ignore
/** Requests of one address to the sign-in forms, right or wrong: counted before a body is read. */
const POSTS: Budget = { tries: 120, seconds: 60 };
const KNOWN_FOR_S = 90 * DAY;

/**
 * Counts a try before it is judged, so that a thousand at the same moment are not judged either. A try that is refused
 * is not counted anywhere: however often one address asks, it takes its own few tries from the account's budget.
 * @returns seconds to wait; 0 when the try was counted and may be judged.
 */
const RESERVE = `
  local wait = 0
  for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[i * 2 - 1]) then wait = math.max(wait, redis.call('TTL', key)) end
  end
  if wait > 0 then return wait end
  for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[i * 2]) end
  end
  return 0`;
/** The try was right: it takes nothing from any budget. */
const RELEASE = `
  for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
  end`;

/** Who tries: the account they name, where they are, and what their browser kept from an earlier sign-in. */
export interface Attempt {
  /** The email address that was typed. */
  account: string;
  /** Passwords and codes have budgets of their own. */
  step: 'password' | 'code';
  address: string;
  deviceCookie?: string;
}

/**
 * Slows down guesses at passwords and codes. Browsers and addresses from which somebody has signed in before have a
 * budget of their own, so that strangers' guesses lock nobody out; all other places share the account's.
 * Fails closed: without Redis nobody signs in (nor would there be a session).
 */
@Injectable()
export class SignInThrottle {
  private readonly deviceKey: Buffer;
  private readonly nameKey: Buffer;

  constructor(
    private readonly redis: RedisConnection,
    config: Config,
  ) {
    this.deviceKey = derivedKey(config.ENCRYPTION_KEY, 'backoffice device');
    this.nameKey = derivedKey(config.ENCRYPTION_KEY, 'backoffice sign-in names');
  }

  /** Before a body is read. @returns seconds to wait; 0: go on. */
  async admit(address: string): Promise<number> {
    const key = `signin:posts:${this.hashed(networkOf(address))}`;
    return (await this.redis.client.eval(RESERVE, 1, key, POSTS.tries, POSTS.seconds)) as number;
  }

  /** @returns seconds to wait; 0 when this try may be judged. It counts as wrong until `succeeded` is called. */
  async reserve(attempt: Attempt): Promise<number> {
    const budgets = await this.budgetsOf(attempt);
    return (await this.redis.client.eval(
      RESERVE,
      budgets.length,
      ...budgets.map(({ key }) => key),
      ...budgets.flatMap(({ tries, seconds }) => [tries, seconds]),
    )) as number;
  }

  async succeeded(attempt: Attempt): Promise<void> {
    const budgets = await this.budgetsOf(attempt);
    await this.redis.client.eval(RELEASE, budgets.length, ...budgets.map(({ key }) => key));
  }

  /** Somebody is signed in: this browser and address are theirs. @returns what the browser keeps. */
  async remember(account: string, address: string): Promise<string> {
    await this.redis.client.set(this.addressKey(account, address), '1', 'EX', KNOWN_FOR_S);
    const payload = `${this.nameOf(account)}.${randomUUID()}.${Math.floor(Date.now() / 1000) + KNOWN_FOR_S}`;
    return `${payload}.${this.signed(payload)}`;
  }

  /** Whether a refusal of this kind was not noted lately: a flood of tries must not become a flood of entries. */
  async isFirstRefusal(attempt: Attempt): Promise<boolean> {
    const key = `signin:refused:${attempt.step}:${this.nameOf(attempt.account)}:${this.hashed(networkOf(attempt.address))}`;
    return (await this.redis.client.set(key, '1', 'EX', QUARTER, 'NX')) === 'OK';
  }

  private async budgetsOf(attempt: Attempt): Promise<(Budget & { key: string })[]> {
    const { account, step, address, deviceCookie } = attempt;
    const start = `signin:${step}`;
    const device = this.deviceOf(account, deviceCookie);
    if (device) return keyed(BY_PAIR, `${start}:device:${device}`);
    const name = this.nameOf(account);
    const network = this.hashed(networkOf(address));
    const pair = keyed(BY_PAIR, `${start}:pair:${name}:${network}`);
    if (await this.redis.client.exists(this.addressKey(account, address))) return pair;
    return [
      ...pair,
      ...keyed(BY_ACCOUNT, `${start}:account:${name}`),
      ...keyed(BY_ADDRESS, `${start}:address:${network}`),
    ];
  }

  private deviceOf(account: string, cookie: string | undefined): string | null {
    const [name, device, expires, signature] = (cookie ?? '').split('.');
    if (!signature || name !== this.nameOf(account) || Number(expires) * 1000 < Date.now()) return null;
    return isSame(Buffer.from(signature), Buffer.from(this.signed(`${name}.${device}.${expires}`)))
      ? device
      : null;
  }

  private signed(payload: string): string {
    return createHmac('sha256', this.deviceKey).update(payload).digest('base64url');
  }

  private addressKey(account: string, address: string): string {
    return `signin:known:${this.nameOf(account)}:${this.hashed(networkOf(address))}`;
  }

  private nameOf(account: string): string {
    return this.hashed(account.trim().toLowerCase());
  }

  /** Keyed, because email addresses and networks can be guessed from a bare hash. */
  private hashed(text: string): string {
    return createHmac('sha256', this.nameKey).update(text).digest('base64url').slice(0, 22);
  }
}

function keyed(budgets: Budget[], start: string): (Budget & { key: string })[] {
  return budgets.map((budget) => ({ ...budget, key: `${start}:${budget.seconds}` }));
}
