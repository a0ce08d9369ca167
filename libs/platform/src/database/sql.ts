import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient, type QueryArrayResult, type QueryResultRow } from 'pg';
import { Config } from '../config/config';
import { Problem } from '../http/problem';

/** A statement with a name is prepared once a connection and then only bound. */
export interface Statement {
  name: string;
  text: string;
}

/** What differs between the pools. */
interface PoolSettings {
  /** Connections at most. */
  max: number;
  /** Waiting longer than this for a result means that PostgreSQL is away, in milliseconds. PostgreSQL gives up before. */
  queryTimeoutMs: number;
  /** Server settings of each connection, as `-c name=value`. */
  options?: string;
}

/** Plain SQL on a small connection pool: statements prepared by name, no unit of work in between. */
abstract class SqlPool implements OnApplicationShutdown {
  private readonly pool: Pool;

  constructor(config: Config, settings: PoolSettings) {
    this.pool = new Pool({
      connectionString: config.DATABASE_URL,
      max: settings.max,
      connectionTimeoutMillis: 3_000,
      ...timeouts(settings.queryTimeoutMs),
      keepAlive: true,
      application_name: 'skipcalls-webhooks',
      ...(settings.options ? { options: settings.options } : {}),
    });
    // A connection that breaks without a query under way would end the process if nobody listened: while it is idle, and
    // as well while a transaction holds it between two queries. Its next query fails, or it is replaced.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Rows as objects. */
  async rows<Row extends QueryResultRow>(
    statement: Statement | string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.pool.query<Row>(asQuery(statement, values))).rows;
  }

  /** Rows as arrays in the order of the select list: less work for the many. */
  async tuples<Tuple extends unknown[]>(statement: Statement, values: unknown[]): Promise<Tuple[]> {
    const result: QueryArrayResult<Tuple> = await this.pool.query<Tuple>({
      ...asQuery(statement, values),
      rowMode: 'array',
    });
    return result.rows;
  }

  async execute(statement: Statement | string, values: unknown[] = []): Promise<number> {
    return (await this.pool.query(asQuery(statement, values))).rowCount ?? 0;
  }

  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // The connection's state is unknown after a failure; a fresh one costs less than a wrong guess.
      client.release(true);
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** For reports and the odd query that MikroORM cannot say well. */
@Injectable()
export class Sql extends SqlPool {
  constructor(config: Config) {
    super(config, { max: 8, queryTimeoutMs: 15_000 });
  }
}

/**
 * For the few statements that run hundreds of times a second. Their plans are made once a connection and kept, maybe
 * since the tables were empty: so they are held to index look-ups, which are right at any size. What they write goes
 * on its way to the disk by the megabyte: docs/decisions/0011.
 */
@Injectable()
export class HotPathSql extends SqlPool {
  constructor(config: Config) {
    super(config, {
      max: 8,
      queryTimeoutMs: 4_000,
      options:
        '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan -c jit=off -c backend_flush_after=1MB',
    });
  }
}

/**
 * One connection for a dispatcher's heartbeat alone. A heartbeat that waits behind other work looks like a death, and
 * the work of one that looks dead is taken over by the others.
 */
@Injectable()
export class HeartbeatSql extends SqlPool {
  constructor(config: Config) {
    super(config, { max: 1, queryTimeoutMs: 2_000 });
  }
}

/**
 * Limits of one connection: the client's, and PostgreSQL's own below it, so that work whose caller has given up does not
 * keep running. They are parameters of the connection, not `set` in the session: a pooler in between (PgBouncer) has to
 * list them in `ignore_startup_parameters`, and the role then carries its own by `alter role … set`.
 * @param clientMs how long the client waits for a result, in milliseconds.
 */
export function timeouts(clientMs: number) {
  return {
    query_timeout: clientMs,
    statement_timeout: Math.round(clientMs * 0.9),
    lock_timeout: Math.round(clientMs * 0.75),
    idle_in_transaction_session_timeout: clientMs,
  };
}

function asQuery(
  statement: Statement | string,
  values: unknown[],
): { text: string; name?: string; values: unknown[] } {
  return typeof statement === 'string' ? { text: statement, values } : { ...statement, values };
}

/**
 * Lost connections, no resources, shutdown, I/O errors, a replica; and work that PostgreSQL has ended by a time limit
 * (57014, 55P03, 25P03). Internal errors (XX) are not among them: a record that causes one would cause it forever.
 * Neither is 08P01, a message that PostgreSQL could not read (a NUL in a text): its class is that of connections, but the fault is ours.
 */
const AWAY_SQLSTATES = /^(08(?!P01)|53|57P|58|25006|57014|55P03|25P03)/;
const AWAY_ERRNOS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
const AWAY_MESSAGES =
  /timeout exceeded|timeout expired|Connection terminated|Query read timeout|not queryable|Timeout acquiring a connection|pool is draining/i;

/** Whether an error says that PostgreSQL or Redis is away or out of means, rather than that we asked something wrong. */
export function isDependencyAway(error: unknown): boolean {
  for (
    let e = error as
      { code?: unknown; message?: unknown; name?: unknown; cause?: unknown; previous?: unknown } | undefined;
    e;
  ) {
    if (
      typeof e.code === 'string' &&
      (AWAY_ERRNOS.has(e.code) || (e.code.length === 5 && AWAY_SQLSTATES.test(e.code)))
    )
      return true;
    if (typeof e.message === 'string' && AWAY_MESSAGES.test(e.message)) return true;
    if (e.name === 'MaxRetriesPerRequestError') return true;
    e = (e.previous ?? e.cause) as typeof e;
  }
  return false;
}

/** Before a connection is there, no statement has been sent. */
const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOENT|57P03|53300|28P01|3D000)$/;
const NOT_CONNECTED_MESSAGES =
  /timeout exceeded when trying to connect|Timeout acquiring a connection|pool is draining/i;
/** SQLSTATE classes with which PostgreSQL may end a session whose statement it has committed. */
const SESSION_ENDED = /^(08|57P|XX)/;

/**
 * Whether a statement that failed, outside of a transaction, has certainly changed nothing: it was never sent, or
 * PostgreSQL itself reported its failure. False if the connection broke or the time ran out before the answer.
 */
export function hasNotExecuted(error: unknown): boolean {
  for (
    let e = error as { code?: unknown; message?: unknown; cause?: unknown } | undefined;
    e;
    e = e.cause as typeof e
  ) {
    const code = typeof e.code === 'string' ? e.code : '';
    if (NOT_CONNECTED.test(code) || NOT_CONNECTED_MESSAGES.test(String(e.message))) return true;
    if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) && !SESSION_ENDED.test(code)) return true;
  }
  return false;
}

/** What callers are told when a dependency is away. */
export function dependencyAway(name: 'PostgreSQL' | 'Redis', cause?: unknown): Problem {
  return new Problem('dependency_unavailable', `${name} is away. Nothing was stored; try again soon.`, {
    headers: { 'Retry-After': '2' },
    cause,
  });
}
