import { Injectable } from '@nestjs/common';
import { Config, Fingerprints, SecretBox, Sql, toUuid, type SealedPlace } from '@app/platform';

/** What a request was answered. */
export interface Answer {
  statusCode: number;
  /** JSON text; null where the answer has no body. */
  body: string | null;
  headers: Record<string, string>;
}

/** What is known of an idempotency key. */
export type KeyState =
  /** The request is the first with this key, and has to be carried out. */
  | { state: 'first'; claim: Claim }
  /** The first one is still being carried out. */
  | { state: 'under-way' }
  /** The key was used with another request. */
  | { state: 'other-request' }
  | { state: 'answered'; answer: Answer };

/** The right to carry out the request of a key, and to say what became of it. */
export interface Claim {
  accountId: string;
  key: string;
  claimedAt: Date;
}

/**
 * Claims a key. A claim that was neither answered nor released within two minutes belonged to a process that has
 * died; the next request takes it over. Answers are forgotten after 24 hours, and cleared away by the dispatcher's housekeeping.
 */
const CLAIM = `
  insert into idempotent_answers as known (account_id, key, fingerprint, created_at) values ($1, $2, $3, $4)
  on conflict (account_id, key) do update
    set fingerprint = excluded.fingerprint, created_at = excluded.created_at, status_code = null, sealed_body = null, headers = null
    where known.created_at < now() - interval '24 hours'
       or (known.status_code is null and known.created_at < now() - interval '2 minutes'
           and (known.fingerprint = any ($5::bytea[]) or substring(known.fingerprint from 1 for 4) <> all ($6::bytea[])))
  returning created_at`;
const FIND = `select fingerprint, status_code, sealed_body, headers from idempotent_answers where account_id = $1 and key = $2`;
const ANSWER = `
  update idempotent_answers set status_code = $4, sealed_body = $5, headers = $6
  where account_id = $1 and key = $2 and created_at = $3 and status_code is null`;
const RELEASE = `delete from idempotent_answers where account_id = $1 and key = $2 and created_at = $3 and status_code is null`;

interface AnswerRow {
  fingerprint: Buffer;
  status_code: number | null;
  sealed_body: string | null;
  headers: Record<string, string> | null;
}

/**
 * Answers to requests with an `Idempotency-Key`, kept for 24 hours; encrypted, since some contain a new key or secret. Of
 * the request only a keyed fingerprint is kept. After a change of the encryption key, a fingerprint by a key that is no
 * longer configured cannot be compared: the request then counts as the same, because a legitimate retry must not fail.
 */
@Injectable()
export class IdempotentAnswers {
  private readonly fingerprints: Fingerprints;

  constructor(
    private readonly sql: Sql,
    private readonly box: SecretBox,
    config: Config,
  ) {
    this.fingerprints = new Fingerprints(config, 'idempotency fingerprint');
  }

  /** Claims a key for a request, or tells what became of the one that claimed it before. */
  async claim(accountId: string, key: string, request: string): Promise<KeyState> {
    const accepted = this.fingerprints.all(request);
    const claimedAt = new Date();
    const claimed = await this.sql.execute(CLAIM, [
      toUuid(accountId),
      key,
      accepted[0],
      claimedAt,
      accepted,
      this.fingerprints.keyIds,
    ]);
    if (claimed > 0) return { state: 'first', claim: { accountId, key, claimedAt } };
    const [row] = await this.sql.rows<AnswerRow>(FIND, [toUuid(accountId), key]);
    // Released between the two statements: it failed just now, and may be tried again.
    if (!row) return { state: 'under-way' };
    if (this.fingerprints.matches(row.fingerprint, request) === false) return { state: 'other-request' };
    if (row.status_code === null) return { state: 'under-way' };
    const body = row.sealed_body === null ? null : this.box.open(row.sealed_body, placeOf(accountId, key));
    return { state: 'answered', answer: { statusCode: row.status_code, body, headers: row.headers ?? {} } };
  }

  /** Keeps the answer of a claimed request. */
  async keep(claim: Claim, answer: Answer): Promise<void> {
    const sealed =
      answer.body === null ? null : this.box.seal(answer.body, placeOf(claim.accountId, claim.key));
    const values = [
      toUuid(claim.accountId),
      claim.key,
      claim.claimedAt,
      answer.statusCode,
      sealed,
      answer.headers,
    ];
    await this.sql.execute(ANSWER, values);
  }

  /** Nothing was done: the next request with this key is the first again. */
  async release(claim: Claim): Promise<void> {
    await this.sql.execute(RELEASE, [toUuid(claim.accountId), claim.key, claim.claimedAt]);
  }
}

function placeOf(accountId: string, key: string): SealedPlace {
  return { table: 'idempotent_answers', column: 'sealed_body', key: [toUuid(accountId), key] };
}
