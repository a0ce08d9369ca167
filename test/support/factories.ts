import { randomUUID } from 'node:crypto';
import { AccountService, type Account } from '@app/accounts';
import { sampleCallData, type CallData, type EventType } from '@app/formatting';
import { WebhookService, type NewWebhook, type Webhook } from '@app/webhooks';
import type { TestApp } from './app';

/** Who does what a test arranges. */
export const TEST_ACTOR = { kind: 'system', id: 'test' } as const;

let count = 0;

/** An account and the text of its first API key. */
export async function createAccount(
  app: TestApp,
  name = `Account ${++count}`,
): Promise<{ account: Account; id: string; key: string }> {
  const { account, plainKey } = await app.get(AccountService).create({ name }, TEST_ACTOR);
  return { account, id: account.id, key: plainKey };
}

/** A webhook that wants every event, unless told otherwise. */
export async function createWebhook(
  app: TestApp,
  accountId: string,
  settings: Partial<NewWebhook> & { url: string },
): Promise<Webhook> {
  const input: NewWebhook = {
    name: `Webhook ${++count}`,
    events: ['CALL_COMPLETED', 'CALL_FAILED', 'INCOMING_CALL_COMPLETED', 'INCOMING_CALL_FAILED'],
    ...settings,
  };
  return app.get(WebhookService).create(accountId, input, { actor: TEST_ACTOR });
}

/** The `data` of a call with an id of its own; sections of `changes` replace those of the sample. */
export function callData(changes: Partial<CallData> = {}, type: EventType = 'CALL_COMPLETED'): CallData {
  const sample = sampleCallData(type);
  return { ...sample, ...changes, call: { ...sample.call, id: `call_${randomUUID()}`, ...changes.call } };
}

/** The body of `POST /internal/v1/events`. */
export function eventInput(
  accountId: string,
  changes: { type?: EventType; idempotencyKey?: string; occurredAt?: string; data?: unknown } = {},
): { accountId: string; type: EventType; idempotencyKey?: string; occurredAt?: string; data: unknown } {
  const type = changes.type ?? 'CALL_COMPLETED';
  return { accountId, type, data: callData({}, type), ...changes };
}
