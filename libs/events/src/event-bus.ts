import { BeforeApplicationShutdown, Injectable, OnModuleDestroy } from '@nestjs/common';
import { type FieldError, isDependencyAway, Problem } from '@app/platform';
import { EventCommits } from './event-commits';
import { EventStore, type NewEvent } from './event-store';
import { type JsonDocument, readJson, readJsonText } from './json/read-json';
import { KnownAccounts } from './known-accounts';
import {
  type PublicationKeys,
  type ReadPublication,
  readPublication,
  type RejectedPublication,
} from './publication';
import { type PublicationSource, RejectionLog } from './rejections/rejection-log';
import { notAccepted } from './unavailable';

/** What a publisher is told once its event is committed. */
export interface Accepted {
  /** `evt_…`; of the first event with the same idempotency key. */
  id: string;
  /** How many webhooks it goes to. */
  deliveries: number;
  duplicate: boolean;
}

/** What publishing would do. */
export type DryRun =
  { valid: true; deliveries: number; duplicate: boolean } | { valid: false; errors: FieldError[] };

export interface PublishOptions extends PublicationKeys {
  source: PublicationSource;
}

/** JSON that takes longer to be parsed, in characters or bytes: it is checked in a turn of its own. */
const LARGE = 256 * 1024;

const NOBODY: RejectedPublication = { accountId: null, type: null, idempotencyKey: null };
const UNKNOWN_ACCOUNT: FieldError = { path: 'accountId', message: 'is not the id of a known account' };

/** The entry point for events: HTTP, the `call-events` queue, and code in the monolith all publish here. */
@Injectable()
export class EventBus implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly commits: EventCommits,
    private readonly store: EventStore,
    private readonly accounts: KnownAccounts,
    private readonly rejections: RejectionLog,
  ) {}

  /**
   * Publishes an event: `{accountId, type, idempotencyKey?, occurredAt?, data}`.
   * @returns once the event and its deliveries are committed.
   * @throws Problem validation_failed (with all errors, at most 20), payload_too_large, not_accepted (nothing was
   * stored), outcome_unknown (publish again with the same idempotency key).
   */
  publish(publication: unknown, options: PublishOptions = { source: 'bus' }): Promise<Accepted> {
    return this.publishDocument({ value: publication, errors: [] }, options);
  }

  /**
   * The same for JSON as it was sent, of which parsing alone would lose something.
   * @throws Problem malformed_json as well
   */
  async publishJson(json: Buffer | string, options: PublishOptions): Promise<Accepted> {
    const document = this.read(json, options);
    if (json.length > LARGE) await new Promise((resolve) => setImmediate(resolve));
    return this.publishDocument(document, options);
  }

  /**
   * Says what `publishJson` would do, and stores nothing.
   * @throws Problem malformed_json, not_accepted
   */
  async dryRunJson(json: Buffer, options: PublishOptions): Promise<DryRun> {
    const read = readPublication(readJson(json), options);
    return unlessAway(async () => {
      const problem = await this.findProblem(read);
      if (problem) return { valid: false, errors: problem.extra.errors ?? [] };
      const { deliveries, duplicateOf } = await this.store.preview((read as { event: NewEvent }).event);
      return { valid: true, deliveries, duplicate: duplicateOf !== null };
    });
  }

  /** Keeps a rejection for support that was decided on before the event was read. */
  noteRejection(source: PublicationSource, problem: Problem): void {
    this.rejections.note(NOBODY, source, problem);
  }

  onModuleDestroy(): void {
    this.commits.close();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.commits.drained();
  }

  private async publishDocument(document: JsonDocument, options: PublishOptions): Promise<Accepted> {
    const read = readPublication(document, options);
    if (read.ok) {
      this.commits.rejectIfBusy();
      const known = this.accounts.has(read.event.accountId);
      if (known === true || (await unlessAway(() => known))) return this.commit(read.event);
    }
    throw await this.rejection(read, options);
  }

  private async commit(event: NewEvent): Promise<Accepted> {
    const stored = await this.commits.add(event);
    return {
      id: stored.duplicateOf ?? event.id,
      deliveries: stored.count,
      duplicate: stored.duplicateOf !== null,
    };
  }

  private read(json: Buffer | string, { source }: PublishOptions): JsonDocument {
    try {
      return typeof json === 'string' ? readJsonText(json) : readJson(json);
    } catch (error) {
      if (error instanceof Problem) this.rejections.note(NOBODY, source, error);
      throw error;
    }
  }

  private async rejection(read: ReadPublication, { source }: PublishOptions): Promise<Problem> {
    const problem = await this.findProblem(read).catch(() => null);
    // Only an account that has appeared since is no problem any more; its publisher tries again at once.
    if (!problem) return read.ok ? notAccepted('The account was being created.') : read.problem;
    this.rejections.note(read.ok ? read.event : read.about, source, problem);
    return problem;
  }

  /** Everything that is wrong with a publication, the account included; null if nothing is. */
  private async findProblem(read: ReadPublication): Promise<Problem | null> {
    const accountId = read.ok ? read.event.accountId : read.about.accountId;
    const isUnknown = accountId !== null && !(await this.accounts.has(accountId));
    if (read.ok) return isUnknown ? Problem.invalid([UNKNOWN_ACCOUNT]) : null;
    if (!isUnknown || read.problem.code !== 'validation_failed') return read.problem;
    return Problem.invalid([UNKNOWN_ACCOUNT, ...(read.problem.extra.errors ?? [])].slice(0, 20));
  }
}

/** Nothing has been sent to be stored yet. */
async function unlessAway<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isDependencyAway(error)) throw notAccepted('PostgreSQL is not available.', error);
    throw error;
  }
}
