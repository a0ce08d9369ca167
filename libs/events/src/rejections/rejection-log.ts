import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { type Problem, Sql, textArray, toUuid, uuidv7 } from '@app/platform';
import type { RejectedPublication } from '../publication';

/** By which way a publication came. */
export type PublicationSource = 'http' | 'batch' | 'queue' | 'bus';

interface Rejection extends RejectedPublication {
  id: string;
  source: PublicationSource;
  code: string;
  /** JSON text: `[{path, message}]`. */
  errors: string;
  at: Date;
}

const FLUSH_AFTER_MS = 500;
const MAX_WAITING = 500;
/** Of one account, this many an hour are kept by each process: the first ones show what is wrong. */
const KEPT_PER_HOUR = 50;
const HOUR_MS = 3_600_000;

const INSERT = `
  insert into rejected_publications (id, account_id, type, idempotency_key, source, code, errors, created_at)
  select rejected.id, accounts.id, type, idempotency_key, source, code, errors::jsonb, to_timestamp(at / 1000.0)
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    as rejected (id, account_id, type, idempotency_key, source, code, errors, at)
  left join accounts on accounts.id = rejected.account_id
  on conflict do nothing`;

/**
 * Keeps what was rejected for support to see: a publisher that ignores a 400 loses a call, and nobody else knows. No
 * call data is kept. Writing never delays or fails publishing: it happens later, in groups, and what cannot be written
 * is dropped.
 */
@Injectable()
export class RejectionLog implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Rejections');
  private waiting: Rejection[] = [];
  private timer: NodeJS.Timeout | null = null;
  private readonly kept = new Map<string, number>();
  private hourEnds = 0;

  constructor(private readonly sql: Sql) {}

  note(about: RejectedPublication, source: PublicationSource, problem: Problem): void {
    if (this.waiting.length >= MAX_WAITING || !this.mayKeep(about.accountId ?? '')) return;
    const errors = problem.extra.errors ?? [{ path: '', message: problem.detail }];
    this.waiting.push({
      ...about,
      id: uuidv7(),
      source,
      code: problem.code,
      // A path can hold a NUL, which jsonb cannot.
      errors: JSON.stringify(errors).replaceAll('\\u0000', '\\ufffd'),
      at: new Date(),
    });
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes what waits. Never rejects. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const rejections = this.waiting;
    this.waiting = [];
    if (rejections.length === 0) return;
    await this.sql.execute(INSERT, valuesOf(rejections)).catch((error: unknown) => {
      this.logger.warn({ err: error, count: rejections.length, msg: 'Rejected publications were not kept' });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private mayKeep(accountId: string): boolean {
    const now = Date.now();
    if (now >= this.hourEnds) {
      this.kept.clear();
      this.hourEnds = now + HOUR_MS;
    }
    const count = (this.kept.get(accountId) ?? 0) + 1;
    this.kept.set(accountId, count);
    return count <= KEPT_PER_HOUR;
  }
}

function valuesOf(rejections: Rejection[]): unknown[] {
  return [
    rejections.map(({ id }) => id),
    rejections.map(({ accountId }) => (accountId === null ? null : toUuid(accountId))),
    textArray(rejections.map(({ type }) => type)),
    textArray(rejections.map(({ idempotencyKey }) => idempotencyKey)),
    textArray(rejections.map(({ source }) => source)),
    textArray(rejections.map(({ code }) => code)),
    textArray(rejections.map(({ errors }) => errors)),
    rejections.map(({ at }) => at.getTime()),
  ];
}
