import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { Sql } from '@app/platform';

/** What has served its time, and the statement that clears it away. Each may run in several processes at once. */
const CLEARANCES: Record<string, string> = {
  actionLimits: `delete from action_limits where expires_at < now()`,
  dashboardLinks: `delete from dashboard_links where expires_at < now() - interval '1 day'`,
  dashboardSessions: `delete from dashboard_sessions where expires_at < now() - interval '1 day'`,
  // An Idempotency-Key gives the same answer for 24 hours.
  idempotentAnswers: `delete from idempotent_answers where created_at < now() - interval '24 hours'`,
  // What an event that is gone, or has no payload any more, would still go to.
  eventFanouts: `
    delete from event_fanouts
    where not exists (select from events where events.id = event_id and data is not null)`,
  // Support looks into the recent past; each process keeps few an hour of one account, but there can be many accounts.
  rejectedPublications: `
    delete from rejected_publications where created_at < now() - interval '30 days'
      or id < (select id from rejected_publications order by id desc offset 10000 limit 1)`,
  // An expired secret signs nothing, so it is not stored any longer, however well it is sealed.
  expiredSecrets: `
    update webhooks set sealed_secrets = (
      select coalesce(jsonb_agg(secret order by position), '[]')
      from jsonb_array_elements(sealed_secrets) with ordinality as list (secret, position)
      where secret ->> 'expiresAt' is null or (secret ->> 'expiresAt')::timestamptz > now() - interval '1 minute')
    where jsonb_array_length(sealed_secrets) > 1 and exists (
      select 1 from jsonb_array_elements(sealed_secrets) as secret
      where (secret ->> 'expiresAt')::timestamptz <= now() - interval '1 minute')`,
};

/** Clears away, once an hour, what nobody will ask for again. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger('Housekeeping');

  constructor(private readonly sql: Sql) {}

  @Cron(CronExpression.EVERY_HOUR)
  async clearAway(): Promise<Record<string, number>> {
    const cleared: Record<string, number> = {};
    for (const [what, statement] of Object.entries(CLEARANCES)) {
      // One that fails (PostgreSQL may be away) doesn't keep the others from their turn; all have another in an hour.
      cleared[what] = await this.sql.execute(statement).catch((error: unknown) => {
        this.logger.warn({ err: error, what, msg: 'could not be cleared away' });
        return 0;
      });
    }
    this.logger.log({ msg: 'cleared away', ...cleared });
    return cleared;
  }
}
