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

/** Rows are locked in the same order by all who change several: dispatchers don't wait for each other in a circle. */
const inOrder = (where: string): string =>
  `id = any (array(select id from webhooks where id = any ($1::uuid[]) and ${where} order by id for no key update))`;

const BEGIN_FAILING = `
  update webhooks set failing_since = now() where ${inOrder('failing_since is null')} returning id`;

const END_FAILING = `
  update webhooks set failing_since = null where ${inOrder('failing_since is not null')} returning id`;

/** A change that the customer sees, so it counts as one: another tab's ETag is old now. */
const DISABLE = `
  update webhooks set status = 'DISABLED', disabled_reason = $3, updated_at = now(), version = version + 1
  where ${inOrder(`status = 'ACTIVE' and failing_since < now() - $2::bigint * interval '1 millisecond'`)}
  returning id, account_id`;

const MOVE_CIRCUITS = `
  update webhooks set circuit_state = moved.state, circuit_changed_at = now()
  from unnest($1::uuid[], $2::text[]) as moved (id, state)
  where webhooks.id = moved.id and circuit_state <> moved.state and webhooks.${inOrder('true')}`;

interface CircuitMove {
  webhookId: string;
  state: CircuitState;
}

/** A webhook was seen to fail, or to be well again. */
interface Turn {
  webhookId: string;
  failing: boolean;
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
  /** One group after the other, as with circuits. Thousands of webhooks that fail at once are a few commits. */
  private readonly turns = new GroupCommit<Turn>((turns) => this.writeTurns(turns), {
    lingerMs: 20,
    maxItems: 500,
    concurrency: 1,
  });
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
      if (!target.isFailing && !this.failing.has(target.id)) return;
      this.failing.delete(target.id);
      this.write(this.turns.add({ webhookId: target.id, failing: false }));
      return;
    }
    const now = Date.now();
    if (now - (this.failing.get(target.id) ?? 0) < NOTE_AGAIN_AFTER_MS) return;
    if (this.failing.size > 50_000) this.failing.clear();
    this.failing.set(target.id, now);
    this.write(this.turns.add({ webhookId: target.id, failing: true }));
  }

  noteCircuit(webhookId: string, state: CircuitState): void {
    this.metrics.circuitChanges.inc({ state });
    this.logger.warn({ msg: 'circuit', webhookId, state });
    this.write(this.circuits.add({ webhookId, state }));
  }

  private async writeCircuits(moves: CircuitMove[]): Promise<void[]> {
    const last = new Map(moves.map(({ webhookId, state }) => [toUuid(webhookId), state]));
    await this.sql.execute(MOVE_CIRCUITS, [plainArray([...last.keys()]), plainArray([...last.values()])]);
    await this.changes.announce('endpoint-state', ...new Set(moves.map(({ webhookId }) => webhookId)));
    return moves.map(() => undefined);
  }

  private async writeTurns(turns: Turn[]): Promise<void[]> {
    const last = new Map(turns.map(({ webhookId, failing }) => [webhookId, failing]));
    const well = await this.endFailing([...last.keys()].filter((id) => !last.get(id)));
    const { begun, disabled } = await this.beginFailing([...last.keys()].filter((id) => last.get(id)));
    // All of it is in PostgreSQL before Redis is waited for.
    await Promise.all([
      this.changes.announce('webhook-well', ...well),
      this.changes.announce('webhook-failing', ...begun),
      this.changes.announce('webhook', ...disabled),
    ]);
    return turns.map(() => undefined);
  }

  private async endFailing(webhookIds: string[]): Promise<string[]> {
    if (webhookIds.length === 0) return [];
    const ended = await this.sql.rows<{ id: string }>(END_FAILING, [plainArray(webhookIds.map(toUuid))]);
    return publicIds(ended);
  }

  /** @returns the webhooks that have begun to fail, and those that have done so for too long and are disabled now. */
  private async beginFailing(webhookIds: string[]): Promise<{ begun: string[]; disabled: string[] }> {
    if (webhookIds.length === 0) return { begun: [], disabled: [] };
    const ids = plainArray(webhookIds.map(toUuid));
    const begun = await this.sql.rows<{ id: string }>(BEGIN_FAILING, [ids]);
    const disabled = await this.sql.rows<{ id: string; account_id: string }>(DISABLE, [
      ids,
      DISABLE_AFTER_MS,
      DISABLED_REASON,
    ]);
    for (const { id, account_id } of disabled) await this.sayDisabled(fromUuid('whk', id), account_id);
    return { begun: publicIds(begun), disabled: publicIds(disabled) };
  }

  private async sayDisabled(webhookId: string, accountUuid: string, reason = DISABLED_REASON): Promise<void> {
    this.logger.warn({ msg: 'disabled', webhookId, reason });
    await this.audit.record({
      accountId: fromUuid('acc', accountUuid),
      actor: { kind: 'system', id: 'dispatcher' },
      action: 'webhook.disable',
      subject: webhookId,
      reason: DISABLED_REASON,
    });
  }

  /** What is seen of a webhook's health may lag; sending goes on. */
  private write(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.logger.warn({ err: error, msg: 'A webhook’s health could not be written' }),
    );
  }
}

const publicIds = (rows: { id: string }[]): string[] => rows.map(({ id }) => fromUuid('whk', id));
