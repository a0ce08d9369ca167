import { Injectable } from '@nestjs/common';
import { ReplayService, type ReplaySelection } from '@app/delivery';
import { staffActor } from '../staff/staff-actor';
import { count, pageOf } from './delivery-actions';
import type { By, Done, Input, RecordAction, Subject } from './staff-action';

const DAY_MS = 86_400_000;

/** Sending again what a webhook failed to take or missed, however much: the dispatcher does it in the background. */
@Injectable()
export class ReplayActions {
  constructor(private readonly replays: ReplayService) {}

  readonly retryFailed: RecordAction = {
    kind: 'record',
    name: 'retryFailed',
    label: 'Retry failed',
    icon: 'RotateCw',
    permission: 'webhook.replay',
    needsReason: true,
    isOffered: (webhook) => !webhook['deletedAt'] && webhook['status'] === 'ACTIVE',
    ask: () =>
      Promise.resolve({
        question: 'Everything that failed since this time is sent again, in the background.',
        fields: [
          {
            name: 'since',
            label: 'Since',
            type: 'datetime',
            initial: new Date(Date.now() - DAY_MS).toISOString(),
          },
        ],
      }),
    act: (webhook, input, by) => this.startReplay(webhook, { ...input, which: 'failed' }, by),
  };

  readonly replay: RecordAction = {
    kind: 'record',
    name: 'replay',
    label: 'Replay',
    icon: 'Rewind',
    permission: 'webhook.replay',
    needsReason: true,
    isOffered: (webhook) => !webhook['deletedAt'] && webhook['status'] === 'ACTIVE',
    ask: () =>
      Promise.resolve({
        question:
          'Calls of this time are sent again, in the background. The webhook’s page shows how far it is.',
        fields: [
          {
            name: 'which',
            label: 'Which',
            type: 'select',
            initial: 'failed',
            options: [
              { value: 'failed', label: 'What failed' },
              { value: 'missed', label: 'What it never got, e.g. while it was paused' },
              { value: 'all', label: 'Everything, also what was delivered' },
            ],
          },
          {
            name: 'since',
            label: 'Since',
            type: 'datetime',
            initial: new Date(Date.now() - DAY_MS).toISOString(),
          },
          { name: 'until', label: 'Until', type: 'datetime', optional: true, hint: 'Left empty: until now.' },
        ],
      }),
    act: (webhook, input, by) => this.startReplay(webhook, input, by),
  };

  private async startReplay(webhook: Subject, input: Input, by: By): Promise<Done> {
    const request = {
      which: input['which'] as ReplaySelection,
      since: new Date(input['since']),
      ...(input['until'] ? { until: new Date(input['until']) } : {}),
    };
    const replay = await this.replays.request(String(webhook['accountId']), webhook.id, request, {
      actor: staffActor(by.staffId),
      reason: by.reason,
    });
    return {
      said: `${count(replay.count, 'call is', 'calls are')} being sent again, in the background.`,
      leadsTo: pageOf('webhooks', webhook.id, 'See how far it is'),
    };
  }
}
