import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, fromUuid, GroupCommit, HotPathSql, plainArray, SecretBox, toUuid } from '@app/platform';
import { WebhookTarget } from './target';
import type { CircuitState, RetryPolicyName, WebhookStatus } from './webhook.entity';

const LOAD = {
  name: 'webhook-targets.load',
  text: `
    select id, url, status, deleted_at is not null as is_deleted, sealed_secret, sealed_previous_secret,
           previous_secret_expires_at, sealed_headers, retry_policy, max_concurrency, rate_limit_per_second,
           circuit_state, failing_since is not null as is_failing
    from webhooks where id = any ($1::uuid[])`,
};

/** Looks back a little: a change's time is taken before its commit. */
const CHANGED_LATELY = {
  name: 'webhook-targets.changed',
  text: `select id, updated_at from webhooks where updated_at > now() - interval '5 seconds'`,
};

const POLL_EVERY_MS = 1_000;
const MAX_KEPT = 50_000;

interface TargetRow {
  id: string;
  url: string;
  status: WebhookStatus;
  is_deleted: boolean;
  sealed_secret: string | null;
  sealed_previous_secret: string | null;
  previous_secret_expires_at: Date | null;
  sealed_headers: string | null;
  retry_policy: RetryPolicyName;
  max_concurrency: number | null;
  rate_limit_per_second: number | null;
  circuit_state: CircuitState;
  is_failing: boolean;
}

/**
 * Every webhook that is being delivered to, in memory. A change is seen at once in the process that made it, within
 * milliseconds in others (Redis tells them), and within a second and a half while Redis is away (PostgreSQL is asked).
 */
@Injectable()
export class WebhookTargets implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly kept = new Map<string, WebhookTarget>();
  private readonly seen = new Map<string, number>();
  /** Loads under way, and whether the webhook was changed meanwhile: then what they bring is not kept. */
  private readonly loading = new Map<string, { overtaken: boolean }>();
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
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly sql: HotPathSql,
    private readonly secrets: SecretBox,
    private readonly changes: ChangeFeed,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.on('webhook', (id) => this.drop(id));
    this.changes.on('webhook-failing', (id) => this.noteHealth(id, true));
    this.changes.on('webhook-well', (id) => this.noteHealth(id, false));
    this.changes.onMissed(() => {
      for (const id of new Set([...this.kept.keys(), ...this.loading.keys()])) this.drop(id);
    });
    this.timer = setInterval(() => void this.dropChanged(), POLL_EVERY_MS);
  }

  /** What is in memory, without waiting. */
  peek(webhookId: string): WebhookTarget | undefined {
    return this.kept.get(webhookId);
  }

  /**
   * @returns null when there is no such webhook; a deleted one is found, and says so.
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

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Thousands may turn at once, in an outage: they keep their opened secrets, and nobody waits for PostgreSQL. */
  private noteHealth(webhookId: string, isFailing: boolean): void {
    const target = this.kept.get(webhookId);
    if (target) target.isFailing = isFailing;
    this.overtakeLoad(webhookId);
  }

  private overtakeLoad(webhookId: string): void {
    const load = this.loading.get(webhookId);
    if (load) load.overtaken = true;
  }

  private drop(webhookId: string): void {
    this.kept.delete(webhookId);
    this.overtakeLoad(webhookId);
    for (const listener of this.changeListeners) listener(webhookId);
  }

  private async dropChanged(): Promise<void> {
    try {
      const changed = await this.sql.rows<{ id: string; updated_at: Date }>(CHANGED_LATELY);
      for (const { id, updated_at } of changed) {
        const webhookId = fromUuid('whk', id);
        if (this.seen.get(webhookId) === updated_at.getTime()) continue;
        this.seen.set(webhookId, updated_at.getTime());
        this.drop(webhookId);
      }
      if (changed.length === 0) this.seen.clear();
    } catch {
      // PostgreSQL is away; so is whoever would change a webhook. The next poll looks back over five seconds.
    }
  }

  private async loadAll(ids: string[]): Promise<(WebhookTarget | Error | null)[]> {
    const load = { overtaken: false };
    for (const id of ids) this.loading.set(id, load);
    try {
      const rows = await this.sql.rows<TargetRow>(LOAD, [plainArray([...new Set(ids)].map(toUuid))]);
      const found = new Map(rows.map((row) => [fromUuid('whk', row.id) as string, this.toTarget(row)]));
      if (!load.overtaken)
        for (const target of found.values()) if (target instanceof WebhookTarget) this.keep(target);
      return ids.map((id) => found.get(id) ?? null);
    } finally {
      for (const id of ids) if (this.loading.get(id) === load) this.loading.delete(id);
    }
  }

  private keep(target: WebhookTarget): void {
    if (this.kept.size >= MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(target.id, target);
  }

  private toTarget(row: TargetRow): WebhookTarget | Error {
    try {
      return this.openTarget(row);
    } catch (error) {
      this.logger.error(`Webhook ${row.id}: ${(error as Error).message}`);
      return error as Error;
    }
  }

  private openTarget(row: TargetRow): WebhookTarget {
    return new WebhookTarget({
      id: fromUuid('whk', row.id),
      url: row.url,
      status: row.status,
      isDeleted: row.is_deleted,
      secret: this.open(row.sealed_secret),
      previousSecret: this.open(row.sealed_previous_secret),
      previousSecretExpiresAt: row.previous_secret_expires_at?.getTime() ?? 0,
      customHeaders:
        row.sealed_headers === null
          ? null
          : (JSON.parse(this.open(row.sealed_headers)!) as Record<string, string>),
      retryPolicy: row.retry_policy,
      maxConcurrency: row.max_concurrency,
      rateLimitPerSecond: row.rate_limit_per_second,
      circuitIsOpen: row.circuit_state !== 'CLOSED',
      isFailing: row.is_failing,
    });
  }

  private open(sealed: string | null): string | null {
    return sealed === null ? null : this.secrets.open(sealed);
  }
}
