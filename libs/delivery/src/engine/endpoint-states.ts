import { Injectable, Logger } from '@nestjs/common';
import { ChangeFeed, fromUuid, GroupCommit, HotPathSql, plainArray, toUuid } from '@app/platform';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import type { Decision } from './decision';
import type { EndpointNews, EndpointQueue } from './endpoint-queue';
import { WebhookHealth } from './webhook-health';

/** An endpoint is held, or its circuit has changed: PostgreSQL says how. */
export const STATE_CHANGED = 'endpoint-state';
/** An endpoint keeps a dispatcher waiting, or has responded again. */
export const SILENT = 'endpoint-silent';
export const RESPONSIVE = 'endpoint-responsive';
/** Deliveries of a webhook were parked. */
export const PARKED = 'parked';

/** Other dispatchers are notified of parked deliveries once in this time for each webhook, in milliseconds. */
const NOTIFY_PARKED_AFTER_MS = 20;

/** Rows are locked in one order by everything that changes several: dispatchers never wait for each other in a circle. */
const HOLD = `
  update webhooks set held_until = greatest(held_until, now() + held.ms * interval '1 millisecond')
  from unnest($1::uuid[], $2::bigint[]) as held (id, ms)
  where webhooks.id = held.id
    and webhooks.id = any (array(select id from webhooks where id = any ($1::uuid[]) order by id for no key update))`;

/** Endpoints that are held, or whose circuit is not closed; and the holds that are over, which are forgotten later. */
const STOPPED = {
  name: 'webhooks.stopped',
  text: `
    select id, circuit_state <> 'CLOSED', (extract(epoch from held_until - now()) * 1000)::float
    from webhooks where circuit_state <> 'CLOSED' or held_until is not null`,
};

const FORGET_HOLDS = `
  update webhooks set held_until = null
  where id = any (array(select id from webhooks where held_until < now() - interval '1 minute' order by id for no key update))`;

/** An endpoint that nothing is sent to now. */
export interface StoppedEndpoint {
  webhookId: string;
  circuitIsOpen: boolean;
  /** For how many milliseconds it is held; not positive: it is not. */
  heldForMs: number;
}

/**
 * What dispatchers share about endpoints: that one asks to wait, or keeps everyone waiting, or wants nothing more. What
 * must hold even while Redis is away stands in PostgreSQL; the change feed only makes it known sooner.
 */
@Injectable()
export class EndpointStates {
  private readonly logger = new Logger('EndpointStates');
  private readonly toNotify = new Set<string>();
  private readonly holds = new GroupCommit<{ webhookId: string; ms: number }>(
    (holds) => this.writeHolds(holds),
    {
      lingerMs: 5,
      maxItems: 500,
      concurrency: 1,
    },
  );

  constructor(
    private readonly sql: HotPathSql,
    private readonly changes: ChangeFeed,
    private readonly health: WebhookHealth,
  ) {}

  /** An attempt's result, for what is shown of the webhook's health; and what the response asks for. */
  note(target: WebhookTarget, result: AttemptResult, { holdForMs }: Decision): void {
    this.health.note(target, result);
    if (holdForMs === null) return;
    this.holds.add({ webhookId: target.id, ms: Math.ceil(holdForMs) }).catch((error: unknown) =>
      this.logger.warn({
        err: error,
        msg: 'A hold could not be written: other dispatchers do not know of it',
      }),
    );
  }

  /** Shares what an attempt has shown. */
  share({ webhookId }: EndpointQueue, { circuit, isSilent }: EndpointNews): void {
    if (circuit) this.health.noteCircuit(webhookId, circuit.state);
    if (isSilent !== undefined) void this.changes.announce(isSilent ? SILENT : RESPONSIVE, webhookId);
  }

  announceParked(webhookId: string): void {
    if (this.toNotify.has(webhookId)) return;
    this.toNotify.add(webhookId);
    setTimeout(() => {
      this.toNotify.delete(webhookId);
      void this.changes.announce(PARKED, webhookId);
    }, NOTIFY_PARKED_AFTER_MS);
  }

  /** Every endpoint that nothing is sent to now, by PostgreSQL's clock. */
  async stopped(): Promise<StoppedEndpoint[]> {
    const rows = await this.sql.tuples<[string, boolean, number | null]>(STOPPED, []);
    return rows.map(([id, circuitIsOpen, heldForMs]) => ({
      webhookId: fromUuid('whk', id),
      circuitIsOpen,
      heldForMs: heldForMs ?? 0,
    }));
  }

  async forgetHolds(): Promise<void> {
    await this.sql.execute(FORGET_HOLDS);
  }

  private async writeHolds(holds: { webhookId: string; ms: number }[]): Promise<void[]> {
    const longest = new Map<string, number>();
    for (const { webhookId, ms } of holds) longest.set(webhookId, Math.max(ms, longest.get(webhookId) ?? 0));
    await this.sql.execute(HOLD, [
      plainArray([...longest.keys()].map(toUuid)),
      plainArray([...longest.values()]),
    ]);
    await this.changes.announce(STATE_CHANGED, ...longest.keys());
    return holds.map(() => undefined);
  }
}
