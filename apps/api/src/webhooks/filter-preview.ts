import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { EventReader } from '@app/events';
import { Problem } from '@app/platform';
import { explainFilter, filterErrors, WebhookService, type Filter } from '@app/webhooks';

const EVENTS_CHECKED = 100;
/** A call record may be 1 MiB, so a few at a time are in memory, and other requests get their turn in between. */
const AT_ONCE = 10;

export class PreviewedEventView {
  @ApiProperty({ example: 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ description: 'Whether the webhook would receive it' })
  matched!: boolean;

  @ApiProperty({
    example: 'call.durationSeconds gt 600: the value is 93.5',
    description: 'The condition that decided',
  })
  because!: string;
}

export class FilterPreviewView {
  @ApiProperty({ type: 'integer' })
  matched!: number;

  @ApiProperty({ type: 'integer', description: 'How many of the newest events were checked, at most 100' })
  checked!: number;

  @ApiProperty({ type: [PreviewedEventView], description: 'Newest first' })
  events!: PreviewedEventView[];
}

/** Tries a filter on what has happened lately. Changes nothing. */
@Injectable()
export class FilterPreview {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly events: EventReader,
  ) {}

  /** @throws Problem not_found, validation_failed by path */
  async preview(accountId: string, webhookId: string, filter: Filter | null): Promise<FilterPreviewView> {
    const webhook = await this.webhooks.get(accountId, webhookId);
    const errors = filter ? filterErrors(filter) : [];
    if (errors.length > 0) throw Problem.invalid(errors);
    const ids = await this.events.newestOf(accountId, webhook.events, EVENTS_CHECKED);
    const checked: PreviewedEventView[] = [];
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const records = await this.events.records(accountId, ids.slice(i, i + AT_ONCE));
      for (const id of ids.slice(i, i + AT_ONCE)) {
        const record = records.get(id);
        if (!record) continue;
        checked.push({
          id,
          ...(filter ? explainFilter(filter, record) : { matched: true, because: 'There is no filter.' }),
        });
        await nextTurn();
      }
    }
    return {
      matched: checked.filter(({ matched }) => matched).length,
      checked: checked.length,
      events: checked,
    };
  }
}
