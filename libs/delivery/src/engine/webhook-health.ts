import { Injectable, Logger } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { ChangeFeed, GroupCommit, Metrics, plainArray, Sql, toUuid, fromUuid } from '@app/platform';
import type { CircuitState, WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';

/** A webhook is disabled when every attempt has failed for so long, in milliseconds. */
export const DISABLE_AFTER_MS = 5 * 24 * 3_600_000;
const DISABLED_REASON =
  'Every attempt has failed for 5 days. Mend the endpoint, set the webhook to ACTIVE, and replay what it missed.';
const NOTE_AGAIN_AFTER_MS = 60_000;

/** A change that the customer sees, so it counts as one: another tab's ETag is old now. */
const DISABLE = `
  update webhooks set status = 'DISABLED', disabled_reason = $3, updated_at = now(), version = version + 1
  where id = $1 and status = 'ACTIVE' and failing_since < now() - $2::bigint * interval '1 millisecond'
  returning account_id`;

interface CircuitMove {
  webhookId: string;
  state: CircuitState;
}

/**
 * Keeps what customers and staff see of a webhook's health: since when it has been failing, its circuit, and that the
 * system has disabled it. Written when it changes, not with each attempt. Save for disabling, it leaves
 * `version` and `updated_at` alone: those belong to the customer's own changes.
 */
@Injectable()
export class WebhookHealth {
  private readonly logger = new Logger('WebhookHealth');
  /** Lately noted failures, so that a storm of them writes once. */
  private readonly failing = new Map<string, number>();
  /** One group after the other: what a circuit has moved to last is written last. */
  private readonly circuits = new GroupCommit<CircuitMove>((moves) => this.writeCircuits(moves), {
    lingerMs: 5,
    maxItems: 500,
    concurrency: 1,
  });

  constructor(
    private readonly sql: Sql,
    private readonly changes: ChangeFeed,
    private readonly metrics: Metrics,
    private readonly audit: AuditTrail,
  ) {}

  note(target: WebhookTarget, result: AttemptResult): void {
    if (result.outcome === 'NOT_SENT') return;
    if (result.outcome === 'DELIVERED') {
      if (target.failingSince === null && !this.failing.has(target.id)) return;
      this.failing.delete(target.id);
      this.write(this.noteSuccess(target.id));
      return;
    }
    const now = Date.now();
    if (now - (this.failing.get(target.id) ?? 0) < NOTE_AGAIN_AFTER_MS) return;
    if (this.failing.size > 50_000) this.failing.clear();
    this.failing.set(target.id, now);
    this.write(this.noteFailure(target.id));
  }

  noteCircuit(webhookId: string, state: CircuitState): void {
    this.metrics.circuitChanges.inc({ state });
    this.logger.warn({ msg: 'circuit', webhookId, state });
    this.write(this.circuits.add({ webhookId, state }));
  }

  private async writeCircuits(moves: CircuitMove[]): Promise<void[]> {
    const last = new Map(moves.map(({ webhookId, state }) => [toUuid(webhookId), state]));
    await this.sql.execute(
      `update webhooks set circuit_state = moved.state, circuit_changed_at = now()
       from unnest($1::uuid[], $2::text[]) as moved (id, state)
       where webhooks.id = moved.id and circuit_state <> moved.state`,
      [plainArray([...last.keys()]), plainArray([...last.values()])],
    );
    return moves.map(() => undefined);
  }

  private async noteSuccess(webhookId: string): Promise<void> {
    const changed = await this.sql.execute(
      'update webhooks set failing_since = null where id = $1 and failing_since is not null',
      [toUuid(webhookId)],
    );
    if (changed > 0) await this.changes.announce('webhook', webhookId);
  }

  private async noteFailure(webhookId: string): Promise<void> {
    const id = toUuid(webhookId);
    const noted = await this.sql.execute(
      'update webhooks set failing_since = now() where id = $1 and failing_since is null',
      [id],
    );
    const disabled =
      noted > 0
        ? []
        : await this.sql.rows<{ account_id: string }>(DISABLE, [id, DISABLE_AFTER_MS, DISABLED_REASON]);
    for (const { account_id } of disabled) {
      this.logger.warn({ msg: 'disabled', webhookId, reason: DISABLED_REASON });
      await this.audit.record({
        accountId: fromUuid('acc', account_id),
        actor: { kind: 'system', id: 'dispatcher' },
        action: 'webhook.disable',
        subject: webhookId,
        reason: DISABLED_REASON,
      });
    }
    if (noted > 0 || disabled.length > 0) await this.changes.announce('webhook', webhookId);
  }

  /** What is seen of a webhook's health may lag; sending goes on. */
  private write(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.logger.warn({ err: error, msg: 'A webhook’s health could not be written' }),
    );
  }
}
