import { Injectable } from '@nestjs/common';
import { GroupCommit, HotPathSql, plainArray, toUuid } from '@app/platform';

const FIND = { name: 'accounts.known', text: 'select id from accounts where id = any ($1::uuid[])' };

const MAX_KEPT = 200_000;

/** Which accounts there are. An account is never deleted, so what was seen once needs no second look. */
@Injectable()
export class KnownAccounts {
  private readonly known = new Set<string>();
  private readonly lookups = new GroupCommit<string, boolean>((ids) => this.find(ids), {
    lingerMs: 0,
    maxItems: 500,
    concurrency: 2,
  });

  constructor(private readonly sql: HotPathSql) {}

  has(accountId: string): boolean | Promise<boolean> {
    return this.known.has(accountId) || this.lookups.add(accountId);
  }

  private async find(accountIds: string[]): Promise<boolean[]> {
    const rows = await this.sql.tuples<[string]>(FIND, [plainArray(accountIds.map(toUuid))]);
    const found = new Set(rows.map(([id]) => id));
    return accountIds.map((accountId) => {
      const exists = found.has(toUuid(accountId));
      if (exists && this.known.size < MAX_KEPT) this.known.add(accountId);
      return exists;
    });
  }
}
