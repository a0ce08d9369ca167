import { Injectable } from '@nestjs/common';
import { DeliveryReader, type AttemptOutcome, type DeliveryDetail } from '@app/delivery';
import { fromUuid, Problem, Sql, toUuid } from '@app/platform';
import type { DeliveryFacts } from '../explain/explain-delivery';
import { explainDelivery } from '../explain/explain-delivery';
import type { Explanation } from '../explain/explain-attempt';
import { timelineOf, type TimelineItem } from '../explain/timeline';

export interface DeliveryPageData {
  delivery: Omit<DeliveryDetail, 'attempts' | 'body'>;
  account: { id: string; name: string };
  webhook: {
    id: string;
    name: string;
    url: string;
    status: string;
    circuitState: string;
    deleted: boolean;
  } | null;
  explanation: Explanation;
  timeline: TimelineItem[];
  /** As it was sent; hidden parts are replaced on the way out. Null once the payload was expunged. */
  body: string | null;
  /** Set on the way out: something was hidden because the reader's role may not see it without revealing it. */
  isMasked?: boolean;
}

interface ContextRow {
  account_id: string;
  account_name: string | null;
  parked_at: Date | null;
  webhook_id: string | null;
  name: string;
  url: string;
  status: 'ACTIVE' | 'PAUSED' | 'DISABLED';
  disabled_reason: string | null;
  circuit_state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  deleted_at: Date | null;
}

const CONTEXT = `
  select deliveries.account_id, accounts.name as account_name, deliveries.parked_at, webhooks.id as webhook_id, webhooks.name,
         webhooks.url, webhooks.status, webhooks.disabled_reason, webhooks.circuit_state, webhooks.deleted_at
  from deliveries
  left join accounts on accounts.id = deliveries.account_id
  left join webhooks on webhooks.id = deliveries.webhook_id
  where deliveries.id = $1`;

/** A delivery as its time line, with what went wrong and what to do about it. */
@Injectable()
export class DeliveryPage {
  constructor(
    private readonly sql: Sql,
    private readonly deliveries: DeliveryReader,
  ) {}

  /** Everything; what a reader gets of it is up to `VIEW_SHAPES`. */
  async data(id: string, now = new Date()): Promise<DeliveryPageData> {
    const [context] = await this.sql.rows<ContextRow>(CONTEXT, [toUuid(id)]);
    if (!context) throw Problem.notFound('delivery');
    const { body, attempts, ...delivery } = await this.deliveries.get(
      fromUuid('acc', context.account_id),
      id,
    );
    const timeline = timelineOf({ ...delivery, attempts }, body);
    const last = timeline.findLast((item) => item.kind === 'attempt');
    return {
      delivery,
      account: { id: fromUuid('acc', context.account_id), name: context.account_name ?? '(gone)' },
      webhook: webhookOf(context),
      explanation: explainDelivery(factsOf(delivery, context), last?.explanation ?? null, now),
      timeline,
      body,
    };
  }
}

function factsOf(delivery: Omit<DeliveryDetail, 'attempts' | 'body'>, context: ContextRow): DeliveryFacts {
  return {
    status: delivery.status,
    attemptCount: delivery.attemptCount,
    dueAt: delivery.nextAttemptAt,
    parkedAt: context.parked_at,
    lastOutcome: delivery.lastOutcome satisfies AttemptOutcome | null,
    webhook:
      context.webhook_id === null
        ? null
        : {
            status: context.status,
            disabledReason: context.disabled_reason,
            circuitState: context.circuit_state,
            deleted: context.deleted_at !== null,
          },
  };
}

function webhookOf(context: ContextRow): DeliveryPageData['webhook'] {
  if (context.webhook_id === null) return null;
  return {
    id: fromUuid('whk', context.webhook_id),
    name: context.name,
    url: context.url,
    status: context.status,
    circuitState: context.circuit_state,
    deleted: context.deleted_at !== null,
  };
}
