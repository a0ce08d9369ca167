import { Injectable } from '@nestjs/common';
import { type Actor, AuditTrail } from '@app/accounts';
import { Problem, Sql, toUuid } from '@app/platform';

const EXPUNGE_EVENT = `
  update events set data = null, expunged_at = now()
  where account_id = $1 and id = $2 and expunged_at is null`;

const EXISTS = 'select 1 from events where account_id = $1 and id = $2';

/** Receivers may answer with what they were sent. */
const FORGET_ANSWERS = `
  update attempts set response_body = null, response_headers = null
  from deliveries
  where deliveries.event_id = $1 and attempts.delivery_id = deliveries.id
    and (attempts.response_body is not null or attempts.response_headers is not null)`;

const LATELY_EXPUNGED = `select id from events where expunged_at > now() - interval '10 minutes'`;

/**
 * Forgets what was said in a call. Personal data stands in two places: the event's data, and what receivers answered.
 * Bodies that were sent are not stored, and headers of ours hold none. What stays is the record that something was
 * sent: ids (the call's too), type, times, statuses. The idempotency key stays as well, or a publisher that repeats
 * itself would bring the payload back.
 *
 * A delivery that still waits ends as FAILED with outcome NOT_SENT when its turn comes.
 */
@Injectable()
export class PayloadExpunger {
  constructor(
    private readonly sql: Sql,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Expunging twice is harmless.
   * @throws Problem not_found
   */
  async expunge(accountId: string, eventId: string, by: { actor: Actor; reason?: string }): Promise<void> {
    const ids = [toUuid(accountId), toUuid(eventId)];
    await this.sql.transaction(async (client) => {
      const { rowCount } = await client.query(EXPUNGE_EVENT, ids);
      if (rowCount === 0 && (await client.query(EXISTS, ids)).rowCount === 0) throw Problem.notFound('event');
      await client.query(FORGET_ANSWERS, [ids[1]]);
      if (rowCount === 1)
        await this.audit.recordOn(client, { accountId, ...by, action: 'event.expunge', subject: eventId });
    });
  }

  /** Forgets also what was answered to attempts that were under way while their event was expunged. */
  async forgetLateAnswers(): Promise<void> {
    const events = await this.sql.rows<{ id: string }>(LATELY_EXPUNGED);
    for (const { id } of events) await this.sql.execute(FORGET_ANSWERS, [id]);
  }
}
