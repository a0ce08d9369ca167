import type { FormatName } from '@app/formatting';
import type { AttemptTrigger } from '../attempt';
import type { EventContent } from './event-content';
import type { Lease } from './lease';

/** A delivery that only this dispatcher may attempt, as long as its claim stands in PostgreSQL. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string;
  readonly format: FormatName;
  readonly event: EventContent;
  readonly trigger: AttemptTrigger;
  /** Of this attempt, from 1: `X-Webhook-Attempt`. */
  readonly number: number;
  /** Of this attempt in its run of the retry policy, from 1. Manual attempts, and waits that the endpoint asked for, don't count. */
  readonly position: number;
  /** How often its endpoint has asked to wait (`Retry-After`) in this run. */
  readonly holds: number;
  readonly lease: Lease;
}
