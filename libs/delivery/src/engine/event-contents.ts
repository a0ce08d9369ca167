import { Injectable } from '@nestjs/common';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { EventContent } from '../claims/event-content';
import { type ClaimedRetry, DeliveryStore } from '../store/delivery-store';

/** What is kept for retries, in characters of call records; a rendered body for each format comes on top. */
const MAX_CHARACTERS = 24 * 1024 * 1024;

/** The contents of events that wait for a retry: those of late from memory, all others from PostgreSQL. */
@Injectable()
export class EventContents {
  /** The one used longest ago first. */
  private readonly kept = new Map<string, EventContent>();
  private characters = 0;

  constructor(private readonly store: DeliveryStore) {}

  keep(content: EventContent): void {
    this.forget(content.id);
    this.kept.set(content.id, content);
    this.characters += content.data?.length ?? 0;
    for (const id of this.kept.keys()) {
      if (this.characters <= MAX_CHARACTERS) return;
      this.forget(id);
    }
  }

  /** Adds their contents to deliveries that were claimed for their retries. */
  async addTo(retries: readonly ClaimedRetry[]): Promise<ClaimedDelivery[]> {
    const missing = retries.filter(({ eventId, isExpunged }) => !isExpunged && !this.kept.has(eventId));
    const ids = new Set(missing.map(({ eventId }) => eventId));
    const loaded = ids.size === 0 ? null : await this.store.contentsOf([...ids]);
    return retries.map((retry) => {
      if (retry.isExpunged) this.forget(retry.eventId);
      const content = this.kept.get(retry.eventId) ?? loaded?.get(retry.eventId);
      return withContent(retry, content ?? nothingLeft(retry));
    });
  }

  private forget(eventId: string): void {
    const content = this.kept.get(eventId);
    if (!content) return;
    this.kept.delete(eventId);
    this.characters -= content.data?.length ?? 0;
  }
}

/** For a delivery that is only put back. */
export function withoutContent(retry: ClaimedRetry): ClaimedDelivery {
  return withContent(retry, nothingLeft(retry));
}

function withContent(
  { eventId: _eventId, eventType: _eventType, isExpunged: _isExpunged, ...claim }: ClaimedRetry,
  event: EventContent,
): ClaimedDelivery {
  return { ...claim, event };
}

/** Of an event that was expunged or erased. */
function nothingLeft({ eventId, eventType }: ClaimedRetry): EventContent {
  return new EventContent(eventId, eventType, new Date(0), false, null);
}
