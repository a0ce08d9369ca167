import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import type { EventType } from '@app/formatting';
import { ChangeFeed, fromUuid, GroupCommit, HotPathSql, plainArray, toUuid } from '@app/platform';
import { WebhookTargets } from '../targets';
import { matchesFilter } from './evaluate-filter';
import type { Filter } from './filter';

const LOAD = {
  name: 'webhook-filters.load',
  text: `
    select account_id, id, events, filter from webhooks
    where account_id = any ($1::uuid[]) and filter is not null and deleted_at is null`,
};

const ACCOUNTS_OF = {
  name: 'webhook-filters.accounts-of',
  text: 'select id, account_id from webhooks where id = any ($1::uuid[])',
};

const MAX_KEPT = 200_000;

interface WebhookFilter {
  /** The bare UUID. */
  webhookId: string;
  events: readonly EventType[];
  filter: Filter;
}

/** The filters of one account; shared by the many that have none. */
export type AccountFilters = readonly WebhookFilter[];
const NONE: AccountFilters = [];

/**
 * The filters of the accounts that publish, in memory: an event of an account without filters costs one look into a
 * map. A change is seen within milliseconds (Redis), or within a second while Redis is away.
 */
@Injectable()
export class WebhookFilters implements OnApplicationBootstrap {
  private readonly kept = new Map<string, AccountFilters>();
  /** Grows with each change: what was loaded before it may be outdated, and is not kept. */
  private changesSeen = 0;
  private readonly loads = new GroupCommit<string, AccountFilters>((ids) => this.load(ids), {
    lingerMs: 0,
    maxItems: 500,
    concurrency: 2,
  });
  private readonly drops = new GroupCommit<string>((ids) => this.dropAccountsOf(ids), {
    lingerMs: 0,
    maxItems: 500,
    concurrency: 1,
  });

  constructor(
    private readonly sql: HotPathSql,
    private readonly targets: WebhookTargets,
    private readonly changes: ChangeFeed,
  ) {}

  onApplicationBootstrap(): void {
    this.targets.onChange((webhookId) => this.noteChange(webhookId));
    this.changes.onMissed(() => this.dropAll());
  }

  /** The filters of an account, without waiting if they are in memory. */
  of(accountId: string): AccountFilters | Promise<AccountFilters> {
    return this.kept.get(accountId) ?? this.loads.add(accountId);
  }

  private noteChange(webhookId: string): void {
    this.changesSeen += 1;
    // Nothing that is kept may be wrong for long, whatever PostgreSQL does.
    this.drops.add(webhookId).catch(() => this.dropAll());
  }

  private dropAll(): void {
    this.changesSeen += 1;
    this.kept.clear();
  }

  private async dropAccountsOf(webhookIds: string[]): Promise<void[]> {
    const rows = await this.sql.tuples<[string, string]>(ACCOUNTS_OF, [plainArray(webhookIds.map(toUuid))]);
    this.changesSeen += 1;
    for (const [, accountId] of rows) this.kept.delete(fromUuid('acc', accountId));
    return webhookIds.map(() => undefined);
  }

  private async load(accountIds: string[]): Promise<AccountFilters[]> {
    const seen = this.changesSeen;
    const rows = await this.sql.tuples<[accountId: string, id: string, EventType[], Filter]>(LOAD, [
      plainArray(accountIds.map(toUuid)),
    ]);
    const found = new Map<string, WebhookFilter[]>();
    for (const [account, webhookId, events, filter] of rows) {
      const accountId = fromUuid('acc', account);
      const ofAccount = found.get(accountId);
      if (ofAccount) ofAccount.push({ webhookId, events, filter });
      else found.set(accountId, [{ webhookId, events, filter }]);
    }
    return accountIds.map((accountId) => {
      const filters = found.get(accountId) ?? NONE;
      if (seen === this.changesSeen) this.keep(accountId, filters);
      return filters;
    });
  }

  private keep(accountId: string, filters: AccountFilters): void {
    if (this.kept.size >= MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(accountId, filters);
  }
}

/** The webhooks (as bare UUIDs) whose filters exclude an event; null if none does. `json` is its call record. */
export function excludedWebhooks(filters: AccountFilters, type: EventType, json: string): string[] | null {
  const relevant = filters.filter(({ events }) => events.includes(type));
  if (relevant.length === 0) return null;
  const data = JSON.parse(json) as object;
  const excluded = relevant.filter(({ filter }) => !matchesFilter(filter, data));
  return excluded.length === 0 ? null : excluded.map(({ webhookId }) => webhookId);
}
