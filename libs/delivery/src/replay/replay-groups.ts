import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { fromUuid, newId, Problem, Sql, toUuid } from '@app/platform';
import { type Webhook, WebhookService } from '@app/webhooks';
import { type Progress, ReplayProgress } from './replay-progress';
import { Replay, type ReplayRequest, type ReplayStatus } from './replay.entity';
import { type AskedBy, ReplayService, requireWindow } from './replay.service';

const PAGE = 200;

/** A replay of several webhooks: one replay for each of them. */
export interface ReplayGroup {
  id: string;
  replays: Replay[];
}

/** How far a replay of one or several webhooks is. */
export interface ReplayState {
  /** `RUNNING` until every delivery has ended. */
  status: ReplayStatus;
  selected: number;
  delivered: number;
  failed: number;
  pending: number;
}

interface GroupRow {
  id: string;
  request: unknown;
}

/** Replays of several webhooks of an account, and how far replays are. */
@Injectable()
export class ReplayGroups {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly webhooks: WebhookService,
    private readonly replays: ReplayService,
    private readonly progress: ReplayProgress,
  ) {}

  /**
   * Starts a replay of each webhook; left out: of all that are ACTIVE. While it is in progress, the same request is
   * answered with the same replay.
   * @throws Problem not_found; validation_failed; conflict when a webhook is not ACTIVE, or another replay of it is
   *   under way.
   */
  async request(
    accountId: string,
    webhookIds: readonly string[] | undefined,
    request: ReplayRequest,
    by: AskedBy,
  ): Promise<ReplayGroup> {
    requireWindow(request, new Date());
    const asked = JSON.parse(
      JSON.stringify({ ...request, webhookIds: webhookIds && [...webhookIds].sort() }),
    ) as unknown;
    const same = await this.inProgress(accountId, asked);
    if (same) return same;
    const webhooks = await this.webhooksOf(accountId, webhookIds);
    const id = newId('rpl');
    await this.sql.execute('insert into replay_groups (id, account_id, request) values ($1, $2, $3)', [
      toUuid(id),
      toUuid(accountId),
      JSON.stringify(asked),
    ]);
    const replays: Replay[] = [];
    for (const webhook of webhooks)
      replays.push(await this.replays.request(accountId, webhook.id, request, by, id));
    return { id, replays };
  }

  /** Counts what a replay of these webhooks would send, and sends nothing. @throws Problem not_found, validation_failed */
  async dryRun(
    accountId: string,
    webhookIds: readonly string[] | undefined,
    request: ReplayRequest,
  ): Promise<number> {
    let count = 0;
    for (const { id } of await this.webhooksOf(accountId, webhookIds))
      count += await this.replays.dryRun(accountId, id, request);
    return count;
  }

  /** @throws Problem not_found */
  async get(accountId: string, id: string): Promise<ReplayGroup> {
    const [row] = await this.sql.rows('select id from replay_groups where account_id = $1 and id = $2', [
      toUuid(accountId),
      toUuid(id),
    ]);
    if (!row) throw Problem.notFound('replay');
    return { id, replays: await this.em.fork().find(Replay, { accountId, groupId: id }) };
  }

  /** The state of each replay, by id. */
  async states(accountId: string, replays: readonly Replay[]): Promise<Map<string, ReplayState>> {
    const progress = await this.progress.of(accountId, replays.map(({ id }) => id)); // prettier-ignore
    return new Map(replays.map((replay) => [replay.id, stateOf(replay, progress.get(replay.id))]));
  }

  private async inProgress(accountId: string, asked: unknown): Promise<ReplayGroup | null> {
    const [last] = await this.sql.rows<GroupRow>(
      'select id, request from replay_groups where account_id = $1 order by id desc limit 1',
      [toUuid(accountId)],
    );
    if (!last || !isDeepStrictEqual(last.request, asked)) return null;
    const group = await this.get(accountId, fromUuid('rpl', last.id));
    const states = await this.states(accountId, group.replays);
    return [...states.values()].some(({ status }) => status === 'RUNNING') ? group : null;
  }

  private async webhooksOf(accountId: string, ids: readonly string[] | undefined): Promise<Webhook[]> {
    const webhooks: Webhook[] = [];
    if (ids) {
      for (const id of new Set(ids)) webhooks.push(await this.webhooks.get(accountId, id));
      return webhooks;
    }
    let before: string | undefined;
    for (;;) {
      const cursor = before && Buffer.from(before).toString('base64url');
      const page = await this.webhooks.list(accountId, { limit: PAGE - 1, cursor });
      webhooks.push(...page.filter(({ status }) => status === 'ACTIVE'));
      if (page.length < PAGE) return webhooks;
      before = page.at(-1)!.id;
    }
  }
}

/** The state of several replays together. */
export function sumOfStates(states: readonly ReplayState[]): ReplayState {
  const sum = (field: 'selected' | 'delivered' | 'failed' | 'pending') =>
    states.reduce((total, state) => total + state[field], 0);
  const status = states.some((state) => state.status === 'RUNNING')
    ? 'RUNNING'
    : states.length > 0 && states.every((state) => state.status === 'CANCELLED')
      ? 'CANCELLED'
      : 'DONE';
  return {
    status,
    selected: sum('selected'),
    delivered: sum('delivered'),
    failed: sum('failed'),
    pending: sum('pending'),
  };
}

function stateOf(replay: Replay, progress?: Progress): ReplayState {
  const { selected = replay.count, delivered = 0, failed = 0, toCome = 0 } = progress ?? {};
  const pending = (progress?.pending ?? 0) + toCome;
  const status = replay.status === 'DONE' && pending > 0 ? 'RUNNING' : replay.status;
  return { status, selected, delivered, failed, pending };
}
