import { Injectable } from '@nestjs/common';
import type { CustomRequest } from '@app/formatting';
import { Sql, toUuid } from '@app/platform';

const FIND = 'select request from webhook_requests where webhook_id = $1 and version = $2';
const MAX_KEPT = 10_000;

/** The versions of custom requests. One never changes, so that what was read once is kept in memory. */
@Injectable()
export class CustomRequests {
  private readonly kept = new Map<string, CustomRequest>();

  constructor(private readonly sql: Sql) {}

  /** @throws Error when there is no such version. */
  async get(webhookId: string, version: number): Promise<CustomRequest> {
    const key = `${webhookId}:${version}`;
    const kept = this.kept.get(key);
    if (kept) return kept;
    const [row] = await this.sql.rows<{ request: CustomRequest }>(FIND, [toUuid(webhookId), version]);
    if (!row) throw new Error(`The webhook ${webhookId} has no version ${version} of its request`);
    if (this.kept.size >= MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(key, row.request);
    return row.request;
  }
}
