import { Injectable } from '@nestjs/common';
import { AuditTrail, type AuditRecord } from '@app/accounts';
import { DispatcherCommands } from '@app/delivery';
import { EVENT_TYPES, type EventType } from '@app/formatting';
import { WebhookService } from '@app/webhooks';
import { staffActor } from '../staff/staff-actor';
import { pageOf } from './delivery-actions';
import { ReplayActions } from './replay-actions';
import type { By, Done, RecordAction, Subject } from './staff-action';

const isLive = (webhook: Subject): boolean => !webhook['deletedAt'];

/** What staff can do about a webhook. */
@Injectable()
export class WebhookActions {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly dispatcher: DispatcherCommands,
    private readonly replayActions: ReplayActions,
    private readonly audit: AuditTrail,
  ) {}

  readonly sendTest: RecordAction = {
    kind: 'record',
    name: 'sendTest',
    label: 'Send test',
    icon: 'Send',
    permission: 'webhook.send-test',
    needsReason: true,
    isOffered: isLive,
    ask: (webhook) => {
      const events = subscriptionsOf(webhook);
      const options = EVENT_TYPES.map((type) => ({ value: type, label: type }));
      const field = {
        name: 'eventType',
        label: 'Event',
        type: 'select' as const,
        options,
        initial: events[0] ?? EVENT_TYPES[0],
      };
      return Promise.resolve({
        question: `A made-up call, marked as a test, is sent to ${String(webhook['url'])} once.`,
        fields: [field],
      });
    },
    act: async (webhook, input, by) => {
      const deliveryId = await this.dispatcher.sendTest(
        accountOf(webhook),
        webhook.id,
        input['eventType'] as EventType,
        (client, sent) =>
          this.audit.recordOn(client, entryOf(webhook, 'webhook.send-test', by, { deliveryId: sent })),
      );
      return { said: 'The test was sent.', leadsTo: pageOf('deliveries', deliveryId, 'See how it went') };
    },
  };

  readonly pause: RecordAction = {
    kind: 'record',
    name: 'pause',
    label: 'Pause',
    icon: 'Pause',
    permission: 'webhook.pause',
    needsReason: true,
    isOffered: (webhook) => isLive(webhook) && webhook['status'] === 'ACTIVE',
    ask: () =>
      Promise.resolve({
        question:
          'Nothing more is sent to it until it is activated. Calls that come meanwhile can be replayed afterwards.',
      }),
    act: (webhook, _input, by) => this.setStatus(webhook, 'PAUSED', by, 'It is paused.'),
  };

  readonly activate: RecordAction = {
    kind: 'record',
    name: 'activate',
    label: 'Activate',
    icon: 'Play',
    permission: 'webhook.activate',
    needsReason: true,
    isOffered: (webhook) => isLive(webhook) && webhook['status'] !== 'ACTIVE',
    ask: () =>
      Promise.resolve({
        question: 'New calls are sent to it from now on. What it missed is not sent by itself: replay it.',
      }),
    act: (webhook, _input, by) => this.setStatus(webhook, 'ACTIVE', by, 'It is active again.'),
  };

  readonly resetCircuit: RecordAction = {
    kind: 'record',
    name: 'resetCircuit',
    label: 'Reset circuit',
    icon: 'Zap',
    permission: 'webhook.reset-circuit',
    needsReason: true,
    isOffered: (webhook) => isLive(webhook) && webhook['circuitState'] !== 'CLOSED',
    ask: () =>
      Promise.resolve({
        question:
          'We stop holding back and send what waits, at once. If the endpoint still fails, the circuit opens again.',
      }),
    act: async (webhook, _input, by) => {
      await this.dispatcher.resetCircuit(webhook.id, (client) =>
        this.audit.recordOn(client, entryOf(webhook, 'webhook.reset-circuit', by)),
      );
      return {
        said: 'The circuit is closed; what waits is being sent.',
        leadsTo: pageOf('webhooks', webhook.id, 'Back to the webhook'),
      };
    },
  };

  readonly rotateSecret: RecordAction = {
    kind: 'record',
    name: 'rotateSecret',
    label: 'Rotate secret',
    icon: 'Key',
    permission: 'webhook.rotate-secret',
    isDangerous: true,
    needsReason: true,
    isOffered: isLive,
    ask: () =>
      Promise.resolve({
        question:
          'A new secret is made, which nobody sees: not you either. Use it when the present one has leaked. For a secret that they know, the customer rotates once more, in their dashboard.',
        fields: [
          {
            name: 'overlapHours',
            label: 'The present secret goes on signing for',
            type: 'select',
            initial: '24',
            options: [
              { value: '0', label: 'no longer: it stops now' },
              { value: '1', label: '1 hour' },
              { value: '24', label: '24 hours' },
              { value: '168', label: '7 days' },
            ],
          },
        ],
      }),
    act: async (webhook, input, by) => {
      await this.webhooks.rotateSecret(
        accountOf(webhook),
        webhook.id,
        { overlapHours: Number(input['overlapHours']) },
        changeBy(by),
      );
      return {
        said: 'The secret was rotated. Tell the customer to set their own in the dashboard.',
        leadsTo: pageOf('webhooks', webhook.id, 'Back to the webhook'),
      };
    },
  };

  readonly changeLimits: RecordAction = {
    kind: 'record',
    name: 'changeLimits',
    label: 'Change limits',
    icon: 'Sliders',
    permission: 'webhook.change-limits',
    needsReason: true,
    isOffered: isLive,
    ask: (webhook) =>
      Promise.resolve({
        question: 'How fast we may send to it. Left empty, the engine decides.',
        fields: [
          {
            name: 'maxConcurrency',
            label: 'At the same time, at most',
            type: 'number',
            optional: true,
            initial: textOf(webhook['maxConcurrency']),
          },
          {
            name: 'rateLimitPerSecond',
            label: 'A second, at most',
            type: 'number',
            optional: true,
            initial: textOf(webhook['rateLimitPerSecond']),
          },
        ],
      }),
    act: async (webhook, input, by) => {
      const limits = {
        maxConcurrency: limitOf(input['maxConcurrency']),
        rateLimitPerSecond: limitOf(input['rateLimitPerSecond']),
      };
      await this.webhooks.update(accountOf(webhook), webhook.id, limits, changeBy(by));
      return {
        said: 'The limits hold from now on.',
        leadsTo: pageOf('webhooks', webhook.id, 'Back to the webhook'),
      };
    },
  };

  get all(): RecordAction[] {
    const { retryFailed, replay } = this.replayActions;
    return [
      this.sendTest,
      this.pause,
      this.activate,
      this.resetCircuit,
      retryFailed,
      replay,
      this.rotateSecret,
      this.changeLimits,
    ];
  }

  private async setStatus(
    webhook: Subject,
    status: 'ACTIVE' | 'PAUSED',
    by: By,
    said: string,
  ): Promise<Done> {
    await this.webhooks.update(accountOf(webhook), webhook.id, { status }, changeBy(by));
    return { said, leadsTo: pageOf('webhooks', webhook.id, 'Back to the webhook') };
  }
}

function entryOf(webhook: Subject, action: string, by: By, details?: Record<string, unknown>): AuditRecord {
  return { accountId: accountOf(webhook), ...changeBy(by), action, subject: webhook.id, details };
}

function accountOf(webhook: Subject): string {
  return String(webhook['accountId']);
}

function changeBy(by: By): { actor: ReturnType<typeof staffActor>; reason: string } {
  return { actor: staffActor(by.staffId), reason: by.reason };
}

/** AdminJS flattens arrays into `events.0`, `events.1`, … */
function subscriptionsOf(webhook: Subject): string[] {
  return EVENT_TYPES.filter((type) =>
    Object.entries(webhook).some(([name, value]) => name.startsWith('events.') && value === type),
  );
}

function textOf(limit: unknown): string {
  return typeof limit === 'number' ? String(limit) : '';
}

function limitOf(text: string | undefined): number | null {
  return text ? Number(text) : null;
}
