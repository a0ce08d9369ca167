import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import {
  ChangeFeed,
  fromUuid,
  GroupCommit,
  HotPathSql,
  isDependencyAway,
  Periodic,
  plainArray,
  SecretBox,
  type SealedPlace,
  toUuid,
} from '@app/platform';
import { WebhookTarget } from './target';
import { webhookPlace } from './webhook-secrets';
import type { WebhookType } from './webhook-type';
import type { CircuitState, RetryPolicyName, StoredSecret, WebhookStatus } from './webhook.entity';

const LOAD = {
  name: 'webhook-targets.load',
  text: `
    select id, settings_version, type, url, sealed_url, status, is_suspended, deleted_at is not null as is_deleted, sealed_secrets,
           sealed_headers, sealed_auth, request_version, retry_policy, max_concurrency, rate_limit_per_second,
           circuit_state, failing_since is not null as is_failing
    from webhooks where id = any ($1::uuid[])`,
};

/** The oldest transaction that may still commit: what is committed later has its id or a higher one. */
const HORIZON = {
  name: 'webhook-targets.horizon',
  text: `select pg_snapshot_xmin(pg_current_snapshot())::text`,
};

/** $1 the horizon of the poll before. One statement sees one snapshot: the next poll continues where this one ends. */
const CHANGED_SINCE = {
  name: 'webhook-targets.changed-since',
  text: `
    select pg_snapshot_xmin(pg_current_snapshot())::text, changed.id, changed.settings_version
    from (values (1)) as always
    left join (select id, settings_version from webhooks where changed_in >= $1::xid8) as changed on true`,
};

const POLL_EVERY_MS = 1_000;
const MAX_KEPT = 50_000;
/** A webhook that changes during each of several loads is used as last loaded; its next change is on its way. */
const MAX_LOADS = 5;

interface TargetRow {
  id: string;
  settings_version: number;
  type: WebhookType;
  url: string;
  sealed_url: string | null;
  status: WebhookStatus;
  is_suspended: boolean;
  is_deleted: boolean;
  sealed_secrets: StoredSecret[];
  sealed_headers: string | null;
  sealed_auth: string | null;
  request_version: number;
  retry_policy: RetryPolicyName;
  max_concurrency: number | null;
  rate_limit_per_second: number | null;
  circuit_state: CircuitState;
  is_failing: boolean;
}

/** A load under way, and the webhooks of it that were changed meanwhile. */
interface Load {
  ids: string[];
  overtaken: Set<string>;
}

/**
 * Every webhook that is being delivered to, in memory. A change is seen at once in the process that made it, within
 * milliseconds in others (Redis tells them), and within a second and a half while Redis is away (PostgreSQL is asked).
 */
@Injectable()
export class WebhookTargets implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly kept = new Map<string, WebhookTarget>();
  /** By webhook: the version of the last change that a poll has seen. */
  private readonly seen = new Map<string, number>();
  private horizon: string | null = null;
  private readonly loads = new Set<Load>();
  private readonly changeListeners: ((webhookId: string) => void)[] = [];
  private readonly loader = new GroupCommit<string, WebhookTarget | Error | null>(
    (ids) => this.loadAll(ids),
    {
      lingerMs: 0,
      maxItems: 500,
      concurrency: 2,
    },
  );
  private readonly logger = new Logger('WebhookTargets');
  private readonly polls = new Periodic(
    POLL_EVERY_MS,
    () => this.dropChanged(),
    // While PostgreSQL is away, nothing is changed; the next poll continues where the last one ended.
    (error) => {
      if (!isDependencyAway(error))
        this.logger.error({ err: error, msg: 'The poll for changed webhooks failed' });
    },
  );

  constructor(
    private readonly sql: HotPathSql,
    private readonly secrets: SecretBox,
    private readonly changes: ChangeFeed,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.changes.on('webhook', (id) => this.drop(id));
    this.changes.on('webhook-failing', (id) => this.noteHealth(id, true));
    this.changes.on('webhook-well', (id) => this.noteHealth(id, false));
    this.changes.onMissed(() => {
      const loading = [...this.loads].flatMap(({ ids }) => ids);
      for (const id of new Set([...this.kept.keys(), ...loading])) this.drop(id);
    });
    // Nothing is loaded yet: what is committed from here on is seen by the polls.
    await this.readHorizon().catch(() => undefined);
    this.polls.start();
  }

  /** What is in memory, without waiting. */
  peek(webhookId: string): WebhookTarget | undefined {
    return this.kept.get(webhookId);
  }

  /**
   * @returns null when there is no such webhook; a deleted one is found, and says so. Never settings from before a
   * change that this process had heard of when it was asked.
   * @throws when its secrets can't be opened: sending unsigned what has to be signed would be worse than waiting.
   */
  async get(webhookId: string): Promise<WebhookTarget | null> {
    const found = this.kept.get(webhookId) ?? (await this.loader.add(webhookId));
    if (found instanceof Error) throw found;
    return found;
  }

  /** Calls back after a webhook was changed. */
  onChange(listener: (webhookId: string) => void): void {
    this.changeListeners.push(listener);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.polls.stop();
  }

  /** Thousands may change at once, in an outage: they keep their opened secrets, and nothing waits for PostgreSQL. */
  private noteHealth(webhookId: string, isFailing: boolean): void {
    const target = this.kept.get(webhookId);
    if (target) target.isFailing = isFailing;
    this.overtakeLoads(webhookId);
  }

  private overtakeLoads(webhookId: string): void {
    for (const load of this.loads) if (load.ids.includes(webhookId)) load.overtaken.add(webhookId);
  }

  private drop(webhookId: string): void {
    this.kept.delete(webhookId);
    this.overtakeLoads(webhookId);
    for (const listener of this.changeListeners) listener(webhookId);
  }

  private async readHorizon(): Promise<string> {
    const [[horizon]] = await this.sql.tuples<[string]>(HORIZON, []);
    return (this.horizon = horizon);
  }

  private async dropChanged(): Promise<void> {
    const horizon = this.horizon ?? (await this.readHorizon());
    const rows = await this.sql.tuples<[string, string | null, number]>(CHANGED_SINCE, [horizon]);
    this.horizon = rows[0][0];
    const changed = rows.filter(([, id]) => id !== null);
    for (const [, id, version] of changed) {
      const webhookId = fromUuid('whk', id!);
      if (this.seen.get(webhookId) === version) continue;
      this.seen.set(webhookId, version);
      this.drop(webhookId);
    }
    // A transaction that stays open keeps the horizon, and what was seen is returned again.
    if (changed.length === 0) this.seen.clear();
  }

  /** Loads again what was changed while it was loaded: settings from before a change must not be used after it. */
  private async loadAll(ids: string[]): Promise<(WebhookTarget | Error | null)[]> {
    const found = new Map<string, WebhookTarget | Error>();
    let missing = [...new Set(ids)];
    for (let tries = 0; missing.length > 0 && tries < MAX_LOADS; tries += 1) {
      const load: Load = { ids: missing, overtaken: new Set() };
      this.loads.add(load);
      try {
        const rows = await this.sql.rows<TargetRow>(LOAD, [plainArray(missing.map(toUuid))]);
        for (const row of rows) found.set(fromUuid('whk', row.id), this.toTarget(row));
      } finally {
        this.loads.delete(load);
      }
      for (const id of missing) if (!load.overtaken.has(id)) this.keep(found.get(id));
      missing = [...load.overtaken];
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  private keep(target: WebhookTarget | Error | undefined): void {
    if (!(target instanceof WebhookTarget)) return;
    if ((this.kept.get(target.id)?.version ?? 0) > target.version) return;
    if (this.kept.size >= MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(target.id, target);
  }

  private toTarget(row: TargetRow): WebhookTarget | Error {
    try {
      return this.openTarget(row);
    } catch (error) {
      this.logger.error({ err: error, webhookId: fromUuid('whk', row.id) }, 'A webhook cannot be loaded');
      return error as Error;
    }
  }

  private openJson<T>(sealed: string | null, place: SealedPlace): T | null {
    return sealed === null ? null : (JSON.parse(this.secrets.open(sealed, place)) as T);
  }

  private openTarget(row: TargetRow): WebhookTarget {
    const id = fromUuid('whk', row.id);
    return new WebhookTarget({
      id,
      version: row.settings_version,
      type: row.type,
      url:
        row.sealed_url === null ? row.url : this.secrets.open(row.sealed_url, webhookPlace(id, 'sealed_url')),
      shownUrl: row.url,
      // Held like those of a paused webhook, until the account is active again.
      status: row.is_suspended && row.status === 'ACTIVE' ? 'PAUSED' : row.status,
      isSuspended: row.is_suspended,
      isDeleted: row.is_deleted,
      secrets: row.sealed_secrets
        .map(({ sealed, expiresAt }) => ({
          sealed,
          expiresAt: expiresAt === null ? Infinity : Date.parse(expiresAt),
        }))
        .filter(({ expiresAt }) => expiresAt > Date.now())
        .map(({ sealed, expiresAt }) => ({
          secret: this.secrets.open(sealed, webhookPlace(id, 'sealed_secrets')),
          expiresAt,
        })),
      customHeaders: this.openJson(row.sealed_headers, webhookPlace(id, 'sealed_headers')),
      auth: this.openJson(row.sealed_auth, webhookPlace(id, 'sealed_auth')),
      requestVersion: row.request_version,
      retryPolicy: row.retry_policy,
      maxConcurrency: row.max_concurrency,
      rateLimitPerSecond: row.rate_limit_per_second,
      circuitIsOpen: row.circuit_state !== 'CLOSED',
      isFailing: row.is_failing,
    });
  }
}
