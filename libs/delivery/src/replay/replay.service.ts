import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Actor, AuditTrail } from '@app/accounts';
import { afterCursor, ChangeFeed, type Page, Problem, rowsInIndexOrder, Sql, toPage } from '@app/platform';
import { type Webhook, WebhookService } from '@app/webhooks';
import { isCounting, nextPhase } from './replay-phase';
import type { StepResult } from './replay-query';
import { STEPS } from './replay-steps';
import { ReplayProgress } from './replay-progress';
import { Replay, type ReplayRequest } from './replay.entity';

/** A caller waits for so many steps of counting, each of a few tenths of a second at most. */
const STEPS_AT_ONCE = 4;

/** Topic of the change feed: there is a replay to work on. */
export const REPLAY_TOPIC = 'replay';

/** Who asks, and why if they have to say so. */
export interface AskedBy {
  actor: Actor;
  reason?: string;
}

/** Replays of an account's webhooks. Every query takes the account first; another account's replay is not there. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly webhooks: WebhookService,
    private readonly audit: AuditTrail,
    private readonly changes: ChangeFeed,
    private readonly progress: ReplayProgress,
  ) {}

  /**
   * Starts to send again. The work is done in the background, in batches, and goes on after a restart. While it is
   * under way, the same request is answered with the same replay, so that nothing is sent twice.
   * @throws Problem not_found; validation_failed; conflict when the webhook is not ACTIVE, or another replay of it is
   *   under way.
   */
  async request(
    accountId: string,
    webhookId: string,
    request: ReplayRequest,
    by: AskedBy,
    groupId: string | null = null,
  ): Promise<Replay> {
    const now = new Date();
    requireWindow(request, now);
    const webhook = await this.webhooks.get(accountId, webhookId);
    const underWay = await this.underWay(accountId, webhookId, request);
    if (underWay) return sameOrConflict(underWay, request);
    requireActive(webhook);

    const replay = new Replay(accountId, webhookId, request, now);
    replay.groupId = groupId;
    await this.countAtOnce(replay, STEPS_AT_ONCE);
    try {
      await this.em.fork().transactional(async (em) => {
        await em.persistAndFlush(replay);
        const { which, since, until, count } = replay;
        await this.audit.record({
          accountId,
          actor: by.actor,
          action: 'webhook.replay',
          subject: webhookId,
          reason: by.reason,
          details: { replayId: replay.id, which, since, until, count },
        });
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      // Somebody else asked at the same moment and was first.
      const first = await this.underWay(accountId, webhookId, request);
      if (!first) return this.request(accountId, webhookId, request, by, groupId);
      return sameOrConflict(first, request);
    }
    await this.changes.announce(REPLAY_TOPIC, replay.id);
    return replay;
  }

  /**
   * Counts what a replay would send, and sends nothing. A webhook that is not ACTIVE is counted as well.
   * @throws Problem not_found, validation_failed
   */
  async dryRun(accountId: string, webhookId: string, request: ReplayRequest): Promise<number> {
    const now = new Date();
    requireWindow(request, now);
    await this.webhooks.get(accountId, webhookId);
    const replay = new Replay(accountId, webhookId, request, now);
    await this.countAtOnce(replay, Infinity);
    return replay.count;
  }

  find(accountId: string, id: string): Promise<Replay | null> {
    return this.em.fork().findOne(Replay, { accountId, id });
  }

  /** @throws Problem not_found */
  async get(accountId: string, id: string): Promise<Replay> {
    const replay = await this.find(accountId, id);
    if (!replay) throw Problem.notFound('replay');
    return replay;
  }

  /** Newest first. @throws Problem not_found */
  async list(
    accountId: string,
    webhookId: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<Replay>> {
    await this.webhooks.get(accountId, webhookId);
    const after = afterCursor('rpl', page.cursor);
    const rows = await this.em
      .fork()
      .find(
        Replay,
        { accountId, webhookId, ...(after ? { id: { $lt: after } } : {}) },
        { orderBy: { id: 'desc' }, limit: page.limit + 1 },
      );
    return toPage(rows, page.limit, (replay) => replay);
  }

  /**
   * Hands over nothing more. What was handed over already is still sent; one that has ended stays as it is.
   * @throws Problem not_found
   */
  async cancel(accountId: string, id: string, by: AskedBy): Promise<Replay> {
    const cancelled = await this.em
      .fork()
      .nativeUpdate(
        Replay,
        { accountId, id, finishedAt: null },
        { status: 'CANCELLED', endReason: 'It was cancelled.', finishedAt: new Date() },
      );
    const replay = await this.get(accountId, id);
    if (cancelled > 0) {
      const { actor, reason } = by;
      await this.audit.record({
        accountId,
        actor,
        action: 'replay.cancel',
        subject: id,
        reason,
        details: { queued: replay.queued },
      });
    }
    return replay;
  }

  /** The replay that still puts deliveries in line, or else the same one whose deliveries have not all ended. */
  private async underWay(
    accountId: string,
    webhookId: string,
    request: ReplayRequest,
  ): Promise<Replay | null> {
    const em = this.em.fork();
    const running = await em.findOne(Replay, { accountId, webhookId, finishedAt: null });
    if (running) return running;
    const [last] = await em.find(Replay, { accountId, webhookId }, { orderBy: { id: 'desc' }, limit: 1 });
    if (!last?.answers(request) || last.status !== 'DONE') return null;
    const progress = await this.progress.of(accountId, [last.id]);
    return (progress.get(last.id)?.pending ?? 0) > 0 ? last : null;
  }

  /** Counts what can be counted within a moment, which is all but for the longest windows; the runner does the rest. */
  private async countAtOnce(replay: Replay, steps: number): Promise<void> {
    for (let step = 0; step < steps && isCounting(replay.phase); step += 1) {
      const { query, size } = STEPS[replay.phase];
      const [result] = await rowsInIndexOrder<StepResult>(this.sql, query(replay, replay.afterId, size));
      replay.count += result.found;
      if (result.seen === size) replay.afterId = result.last_id;
      else Object.assign(replay, { phase: nextPhase(replay.which, replay.phase), afterId: null });
    }
  }
}

/** @throws Problem validation_failed */
export function requireWindow({ since, until }: ReplayRequest, now: Date): void {
  if (since < (until ?? now)) return;
  const than = until ? 'until' : 'now';
  throw Problem.invalid([{ path: 'since', message: `must be earlier than ${than}` }]);
}

function requireActive(webhook: Webhook): void {
  if (webhook.status === 'ACTIVE') return;
  const state = webhook.status === 'PAUSED' ? 'paused' : 'disabled';
  throw new Problem(
    'conflict',
    `The webhook is ${state}, so nothing can be sent to it. Set its status to ACTIVE first (PATCH /v1/webhooks/${webhook.id}), then replay.`,
  );
}

function sameOrConflict(underWay: Replay, request: ReplayRequest): Replay {
  if (underWay.answers(request)) return underWay;
  throw new Problem(
    'conflict',
    `Another replay of this webhook is under way: ${underWay.id}. Wait for its end, or cancel it (POST /v1/replays/${underWay.id}/cancel).`,
  );
}
