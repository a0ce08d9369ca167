import { setTimeout as sleep } from 'node:timers/promises';
import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import { type EventType, sampleCallData } from '@app/formatting';
import { ChangeFeed, type Id, newId, plainArray, Problem, QUEUES, Sql, toUuid, uuidv7 } from '@app/platform';
import type { Queue } from 'bull';
import type { PoolClient } from 'pg';
import { MANUAL_JOB, type ManualJob, TEST_RECORDED } from './manual-job';

/** An attempt takes 10 s at the most; a dispatcher needs a moment to take it and to record it. */
const ANSWER_WITHIN_MS = 13_000;

/** For a test whose end was not announced: Redis is away, or the sweeper took it before its job did. */
const RECORDED_POLL_MS = 500;

const IS_RECORDED = {
  name: 'commands.is-recorded',
  text: 'select 1 from attempts where delivery_id = $1 limit 1',
};

const INSERT_WISHES = `
  insert into manual_attempts (id, delivery_id, trigger)
  select wish_id, delivery_id, 'manual' from unnest($1::uuid[], $2::uuid[]) as wish (wish_id, delivery_id)`;

const INSERT_TEST = `
  with event as (
    insert into events (id, account_id, type, call_id, occurred_at, test, data) values ($1, $2, $3, $4, now(), true, $5)
  ), delivery as (
    insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, trigger)
    select $6, $2, webhooks.id, $1, $3, webhooks.format, 'PENDING', 'test'
    from webhooks where webhooks.id = $7 and webhooks.account_id = $2 and deleted_at is null
    returning id
  )
  insert into manual_attempts (id, delivery_id, trigger) select $8, id, 'test' from delivery`;

/** A test that no dispatcher has taken is called off: it was asked for now, not for later. */
const CALL_OFF_TEST = `
  with off as (delete from manual_attempts where id = $1 and dispatcher_id is null returning delivery_id)
  update deliveries set status = 'FAILED', failed_at = now(), finished_at = now(), last_outcome = 'NOT_SENT'
  from off where deliveries.id = off.delivery_id`;

/** What commits in the same transaction as a command, such as its entry in the audit log; if it throws, nothing is done. */
export type CommittedTogether = (client: Pick<PoolClient, 'query'>, deliveryId: string) => Promise<void>;

/** What processes that make no outgoing call ask of the dispatcher. */
@Injectable()
export class DispatcherCommands {
  /** Tests whose end this process waits for, by delivery. */
  private readonly waiting = new Map<string, () => void>();

  constructor(
    private readonly sql: Sql,
    private readonly changes: ChangeFeed,
    @InjectQueue(QUEUES.commands) private readonly queue: Queue<ManualJob>,
  ) {
    changes.on(TEST_RECORDED, (deliveryId) => this.waiting.get(deliveryId)?.());
  }

  /**
   * Sends one sample event to a webhook now, without retries.
   * @returns the id of its delivery, when its attempt is recorded.
   * @throws Problem dependency_unavailable when no dispatcher has sent it in time.
   */
  async sendTest(
    accountId: string,
    webhookId: string,
    eventType: EventType,
    together?: CommittedTogether,
  ): Promise<Id<'dlv'>> {
    const deliveryId = newId('dlv');
    const wishId = uuidv7();
    const sample = sampleCallData(eventType);
    const values = [
      uuidv7(), toUuid(accountId), eventType, sample.call.id, JSON.stringify(sample), toUuid(deliveryId), toUuid(webhookId), wishId,
    ]; // prettier-ignore
    await this.sql.transaction(async (client) => {
      await client.query(INSERT_TEST, values);
      await together?.(client, deliveryId);
    });
    const recorded = this.whenRecorded(deliveryId);
    // Without Redis no dispatcher is woken; the sweeper looks for requested attempts several times a second.
    void this.add({ ids: [wishId], test: deliveryId }).catch(() => undefined);
    if (await recorded) return deliveryId;
    await this.sql.execute(CALL_OFF_TEST, [wishId]);
    throw new Problem('dependency_unavailable', 'No dispatcher has sent the test in time. Try again soon.', {
      headers: { 'Retry-After': '2' },
    });
  }

  /** Has each delivery attempted once more now, whatever its state. Resolves when the wish is committed. */
  async retry(deliveryIds: readonly string[], together?: CommittedTogether): Promise<void> {
    const wishIds = deliveryIds.map(() => uuidv7());
    await this.sql.transaction(async (client) => {
      await client.query(INSERT_WISHES, [plainArray(wishIds), plainArray(deliveryIds.map(toUuid))]);
      for (const id of together ? deliveryIds : []) await together!(client, id);
    });
    // Without Redis nobody is woken; the sweeper looks for wishes several times a second.
    void this.add({ ids: wishIds }).catch(() => undefined);
  }

  /** Tells the dispatchers that deliveries of these webhooks were parked. */
  async wake(webhookIds: readonly string[]): Promise<void> {
    await this.changes.announce('parked', ...webhookIds);
  }

  /** Closes a webhook's circuit by hand: its deliveries go out again at once. */
  async resetCircuit(
    webhookId: string,
    together?: (client: Pick<PoolClient, 'query'>) => Promise<void>,
  ): Promise<void> {
    await this.sql.transaction(async (client) => {
      await client.query(
        `update webhooks set circuit_state = 'CLOSED', circuit_changed_at = now() where id = $1`,
        [toUuid(webhookId)],
      );
      await together?.(client);
    });
    await this.changes.announce('circuit-reset', webhookId);
  }

  private add(job: ManualJob) {
    return this.queue.add(MANUAL_JOB, job, { removeOnComplete: true, removeOnFail: 100, jobId: job.ids[0] });
  }

  /** Whether the attempt of a test was recorded in time. */
  private async whenRecorded(deliveryId: string): Promise<boolean> {
    const until = Date.now() + ANSWER_WITHIN_MS;
    const announced = new Promise<void>((resolve) => this.waiting.set(deliveryId, resolve));
    try {
      for (;;) {
        const poll = new AbortController();
        await Promise.race([
          announced,
          sleep(RECORDED_POLL_MS, undefined, { signal: poll.signal }).catch(() => undefined),
        ]);
        poll.abort();
        const [row] = await this.sql.rows(IS_RECORDED, [toUuid(deliveryId)]);
        if (row || Date.now() > until) return row !== undefined;
      }
    } finally {
      this.waiting.delete(deliveryId);
    }
  }
}
