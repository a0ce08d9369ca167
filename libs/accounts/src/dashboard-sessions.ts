import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { afterCursor, fromUuid, newId, Sql, toUuid } from '@app/platform';
import type { AccountStatus } from './account.entity';
import type { Scope } from './scopes';

/** How long a session lasts, in milliseconds; it is not prolonged. */
export const SESSION_LASTS_MS = 12 * 3_600_000;
/** How long a link into the dashboard can be used, in milliseconds. */
export const LINK_LASTS_MS = 10 * 60_000;

/** A person in the platform, as it names them when it asks for a link. */
export interface DashboardActor {
  id: string;
  name: string;
  email: string | null;
}

/** A browser that is signed in to the dashboard of an account. */
export interface DashboardSession {
  /** `ses_…` */
  id: string;
  accountId: string;
  accountStatus: AccountStatus;
  createdAt: Date;
  expiresAt: Date;
  /** Kept to the minute. */
  lastUsedAt: Date | null;
  /** The key that opened it; null when a link did. */
  key: { id: string; name: string; expiresAt: Date | null } | null;
  scopes: readonly Scope[];
  actor: DashboardActor | null;
  userAgent: string | null;
}

/** A session with its token, which only its browser knows from then on. */
export interface OpenedSession extends DashboardSession {
  token: string;
}

interface SessionRow {
  id: string;
  account_id: string;
  account_status: AccountStatus;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  key_id: string | null;
  key_name: string | null;
  key_expires_at: Date | null;
  scopes: Scope[];
  actor_id: string | null;
  actor_name: string | null;
  actor_email: string | null;
  user_agent: string | null;
}

const TOKEN = /^[\w-]{43}$/;
const MAX_USER_AGENT = 300;

const ADD_LINK = `
  insert into dashboard_links (id, account_id, hash, created_at, expires_at, actor_id, actor_name, actor_email)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;
const IS_USABLE = `select 1 from dashboard_links where hash = $1 and used_at is null and expires_at > now()`;
/** One statement: of two requests that use the same link at the same moment, one finds it used. */
const REDEEM_LINK = `
  with link as (
    update dashboard_links set used_at = $2 where hash = $1 and used_at is null and expires_at > $2
    returning account_id, actor_id, actor_name, actor_email
  )
  insert into dashboard_sessions
    (id, account_id, hash, created_at, expires_at, user_agent, actor_id, actor_name, actor_email)
  select $3, account_id, $4, $2, $5, $6, actor_id, actor_name, actor_email from link
  returning id`;
const OPEN_BY_KEY = `
  insert into dashboard_sessions (id, account_id, key_id, hash, created_at, expires_at, user_agent)
  select $1, account_id, id, $2, $3, least($4::timestamptz, expires_at), $6 from api_keys
  where id = $5 and revoked_at is null
  returning id`;

/** A session ends with the key that opened it, whatever became of the row itself. */
const LIVE_SESSIONS = `
  select session.id, session.account_id, account.status as account_status, session.created_at, session.expires_at,
         session.last_used_at, key.id as key_id, key.name as key_name, key.expires_at as key_expires_at,
         coalesce(key.scopes, '{ADMIN}') as scopes, actor_id, actor_name, actor_email, user_agent
  from dashboard_sessions session
  join accounts account on account.id = session.account_id
  left join api_keys key on key.id = session.key_id
  where session.revoked_at is null and session.expires_at > now()
    and (session.key_id is null
         or (key.revoked_at is null and (key.expires_at is null or key.expires_at > now())))`;
const FIND_SESSION = { name: 'dashboard-sessions.find', text: `${LIVE_SESSIONS} and session.hash = $1` };
const LIST_SESSIONS = `
  ${LIVE_SESSIONS} and session.account_id = $1 and ($2::uuid is null or session.id < $2)
  order by session.id desc limit $3`;
const TOUCH_SESSION = `
  update dashboard_sessions set last_used_at = now()
  where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`;
const END_SESSION = `
  update dashboard_sessions set revoked_at = coalesce(revoked_at, now()) where id = $1 and account_id = $2`;

/**
 * One-time links into the dashboard, and the sessions that they open. Tokens have 256 random bits and are stored as
 * SHA-256 only. Every request asks PostgreSQL, so that a session that was ended is refused at once.
 */
@Injectable()
export class DashboardSessions {
  constructor(private readonly sql: Sql) {}

  /** Makes a link's token for an account that exists; it opens one session, for the person that is given. */
  async createLink(
    accountId: string,
    actor: DashboardActor | null = null,
  ): Promise<{ token: string; expiresAt: Date }> {
    const token = newToken();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + LINK_LASTS_MS);
    await this.sql.execute(ADD_LINK, [
      toUuid(newId('lnk')), toUuid(accountId), hashOf(token), now, expiresAt,
      actor?.id ?? null, actor?.name ?? null, actor?.email ?? null,
    ]); // prettier-ignore
    return { token, expiresAt };
  }

  /** Whether a link's token would open a session now; doesn't use it up. */
  async isUsable(linkToken: string): Promise<boolean> {
    if (!TOKEN.test(linkToken)) return false;
    return (await this.sql.rows(IS_USABLE, [hashOf(linkToken)])).length > 0;
  }

  /** Opens a session by a link's token. @returns null when it is unknown, too old, or was used before. */
  async redeemLink(linkToken: string, userAgent?: string): Promise<OpenedSession | null> {
    if (!TOKEN.test(linkToken)) return null;
    const { token, now, expiresAt } = newSession();
    const values = [hashOf(linkToken), now, toUuid(newId('ses')), hashOf(token), expiresAt, cut(userAgent)];
    const opened = await this.sql.rows(REDEEM_LINK, values);
    return opened.length === 0 ? null : this.opened(token);
  }

  /** Opens a session for a caller that has shown an API key. @returns null when the key was revoked meanwhile. */
  async openByKey(keyId: string, userAgent?: string): Promise<OpenedSession | null> {
    const { token, now, expiresAt } = newSession();
    const values = [toUuid(newId('ses')), hashOf(token), now, expiresAt, toUuid(keyId), cut(userAgent)];
    const opened = await this.sql.rows(OPEN_BY_KEY, values);
    return opened.length === 0 ? null : this.opened(token);
  }

  /** The session of a token. @returns null when it is unknown, expired, or was ended. */
  async find(token: string): Promise<DashboardSession | null> {
    if (!TOKEN.test(token)) return null;
    const [row] = await this.sql.rows<SessionRow>(FIND_SESSION, [hashOf(token)]);
    if (!row) return null;
    const session = toSession(row);
    if (session.lastUsedAt === null || Date.now() - session.lastUsedAt.getTime() > 60_000)
      // In the background: noting the use neither delays nor fails a request.
      void this.sql.execute(TOUCH_SESSION, [row.id]).catch(() => undefined);
    return session;
  }

  /** Sessions of an account that are signed in now, newest first; one more than the limit, for paging. */
  async list(accountId: string, page: { limit: number; cursor?: string }): Promise<DashboardSession[]> {
    const after = afterCursor('ses', page.cursor);
    const values = [toUuid(accountId), after ? toUuid(after) : null, page.limit + 1];
    return (await this.sql.rows<SessionRow>(LIST_SESSIONS, values)).map(toSession);
  }

  /**
   * Ends a session; it is refused from then on in every process.
   * @returns false when the account has no such session.
   */
  async end(accountId: string, sessionId: string): Promise<boolean> {
    return (await this.sql.execute(END_SESSION, [toUuid(sessionId), toUuid(accountId)])) > 0;
  }

  private async opened(token: string): Promise<OpenedSession | null> {
    const [row] = await this.sql.rows<SessionRow>(FIND_SESSION, [hashOf(token)]);
    return row ? { ...toSession(row), token } : null;
  }
}

function newSession(): { token: string; now: Date; expiresAt: Date } {
  const now = new Date();
  return { token: newToken(), now, expiresAt: new Date(now.getTime() + SESSION_LASTS_MS) };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function cut(userAgent: string | undefined): string | null {
  return userAgent === undefined ? null : userAgent.slice(0, MAX_USER_AGENT);
}

function toSession(row: SessionRow): DashboardSession {
  return {
    id: fromUuid('ses', row.id),
    accountId: fromUuid('acc', row.account_id),
    accountStatus: row.account_status,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    key:
      row.key_id === null
        ? null
        : { id: fromUuid('key', row.key_id), name: row.key_name!, expiresAt: row.key_expires_at },
    scopes: row.scopes,
    actor:
      row.actor_id === null
        ? null
        : { id: row.actor_id, name: row.actor_name ?? row.actor_id, email: row.actor_email },
    userAgent: row.user_agent,
  };
}
