import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { fromUuid, newId, Sql, toUuid } from '@app/platform';

/** How long a session lasts, in milliseconds; it is not prolonged. */
export const SESSION_LASTS_MS = 12 * 3_600_000;
/** How long a link into the dashboard can be used, in milliseconds. */
export const LINK_LASTS_MS = 10 * 60_000;

/** A person who looks at the dashboard of an account. */
export interface DashboardSession {
  /** `ses_…` */
  id: string;
  accountId: string;
  createdAt: Date;
  expiresAt: Date;
}

/** A session with its token, which only its browser knows from then on. */
export interface OpenedSession extends DashboardSession {
  token: string;
}

interface SessionRow {
  id: string;
  account_id: string;
  created_at: Date;
  expires_at: Date;
}

const TOKEN = /^[\w-]{43}$/;

const ADD_LINK = `insert into dashboard_links (id, account_id, hash, created_at, expires_at) values ($1, $2, $3, $4, $5)`;

/** One statement: of two who use the same link at the same moment one finds it used. */
const REDEEM_LINK = `
  with link as (
    update dashboard_links set used_at = $2 where hash = $1 and used_at is null and expires_at > $2 returning account_id
  )
  insert into dashboard_sessions (id, account_id, hash, created_at, expires_at)
  select $3, account_id, $4, $2, $5 from link
  returning id, account_id, created_at, expires_at`;

/** A session that a key opened ends with that key. */
const OPEN_BY_KEY = `
  insert into dashboard_sessions (id, account_id, key_id, hash, created_at, expires_at)
  select $1, account_id, id, $2, $3, least($4::timestamptz, expires_at) from api_keys where id = $5
  returning id, account_id, created_at, expires_at`;

const FIND_SESSION = {
  name: 'dashboard-sessions.find',
  text: `
    select session.id, session.account_id, session.created_at, session.expires_at
    from dashboard_sessions session left join api_keys key on key.id = session.key_id
    where session.hash = $1 and session.revoked_at is null and session.expires_at > now()
      and (session.key_id is null or key.revoked_at is null)`,
};

const REVOKE_SESSION = `update dashboard_sessions set revoked_at = now() where id = $1 and account_id = $2 and revoked_at is null`;

/**
 * One-time links into the dashboard, and the sessions of those who came in. Tokens have 256 random bits and are
 * stored as SHA-256 only. Every request asks PostgreSQL, so that a session which was ended is refused at once.
 */
@Injectable()
export class DashboardSessions {
  constructor(private readonly sql: Sql) {}

  /** Makes a link's token for an account that exists; it opens one session. */
  async createLink(accountId: string): Promise<{ token: string; expiresAt: Date }> {
    const token = newToken();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + LINK_LASTS_MS);
    await this.sql.execute(ADD_LINK, [
      toUuid(newId('lnk')),
      toUuid(accountId),
      hashOf(token),
      now,
      expiresAt,
    ]);
    return { token, expiresAt };
  }

  /** Opens a session by a link's token. @returns null when it is unknown, too old, or was used before. */
  async redeemLink(linkToken: string): Promise<OpenedSession | null> {
    if (!TOKEN.test(linkToken)) return null;
    const { token, now, expiresAt } = newSession();
    const values = [hashOf(linkToken), now, toUuid(newId('ses')), hashOf(token), expiresAt];
    const [row] = await this.sql.rows<SessionRow>(REDEEM_LINK, values);
    return row ? { ...toSession(row), token } : null;
  }

  /** Opens a session for somebody who has shown an API key. */
  async openByKey(keyId: string): Promise<OpenedSession> {
    const { token, now, expiresAt } = newSession();
    const values = [toUuid(newId('ses')), hashOf(token), now, expiresAt, toUuid(keyId)];
    const [row] = await this.sql.rows<SessionRow>(OPEN_BY_KEY, values);
    if (!row) throw new Error('A session was to be opened by a key that does not exist');
    return { ...toSession(row), token };
  }

  /** Whose token it is. @returns null when it is unknown, expired, or was ended. */
  async find(token: string): Promise<DashboardSession | null> {
    if (!TOKEN.test(token)) return null;
    const [row] = await this.sql.rows<SessionRow>(FIND_SESSION, [hashOf(token)]);
    return row ? toSession(row) : null;
  }

  /** Ends a session; it is refused from then on in every process. */
  async end(accountId: string, sessionId: string): Promise<void> {
    await this.sql.execute(REVOKE_SESSION, [toUuid(sessionId), toUuid(accountId)]);
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

function toSession(row: SessionRow): DashboardSession {
  return {
    id: fromUuid('ses', row.id),
    accountId: fromUuid('acc', row.account_id),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
