import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { DispatcherCommands, PayloadExpunger } from '@app/delivery';
import { staffActor } from '../staff/staff-actor';
import type { By, BulkAction, RecordAction, Subject } from './staff-action';

/** What staff can do about a delivery, and about an event. */
@Injectable()
export class DeliveryActions {
  constructor(
    private readonly dispatcher: DispatcherCommands,
    private readonly expunger: PayloadExpunger,
    private readonly audit: AuditTrail,
  ) {}

  readonly retry: RecordAction = {
    kind: 'record',
    name: 'retry',
    label: 'Retry',
    icon: 'RotateCw',
    permission: 'delivery.retry',
    needsReason: true,
    ask: (delivery) =>
      Promise.resolve({
        question:
          delivery['status'] === 'DELIVERED'
            ? 'It was delivered already. The customer’s server gets the same call once more.'
            : 'One more attempt is made at once. Retries that are still due are kept.',
      }),
    act: async (delivery, _input, by) => {
      await this.retryAll([delivery], by);
      return {
        said: 'It is being sent again. Its page shows how it goes.',
        leadsTo: pageOf('deliveries', delivery.id, 'Look at the delivery'),
      };
    },
  };

  readonly retrySelected: BulkAction = {
    kind: 'bulk',
    name: 'retrySelected',
    label: 'Retry selected',
    icon: 'RotateCw',
    permission: 'delivery.retry',
    needsReason: true,
    ask: (deliveries) => {
      const delivered = deliveries.filter((delivery) => delivery['status'] === 'DELIVERED').length;
      const twice =
        delivered > 0
          ? ` ${count(delivered, 'of them was', 'of them were')} delivered already and will arrive twice.`
          : '';
      return Promise.resolve({
        question: `One more attempt is made for ${count(deliveries.length, 'delivery', 'deliveries')}.${twice}`,
      });
    },
    act: async (deliveries, _input, by) => {
      await this.retryAll(deliveries, by);
      return {
        said: `${count(deliveries.length, 'delivery is', 'deliveries are')} being sent again, in the background.`,
      };
    },
  };

  readonly expunge: RecordAction = {
    kind: 'record',
    name: 'expunge',
    label: 'Expunge payload',
    icon: 'Trash2',
    permission: 'event.expunge',
    isDangerous: true,
    needsReason: true,
    isOffered: (event) => !event['expungedAt'],
    ask: () =>
      Promise.resolve({
        question:
          'Phone numbers, transcript and everything else of this call is deleted for good, also from what servers answered. That it was sent, when and where to, is kept. Deliveries that still wait will not be sent.',
      }),
    act: async (event, _input, by) => {
      await this.expunger.expunge(String(event['accountId']), event.id, {
        actor: staffActor(by.staffId),
        reason: by.reason,
      });
      return { said: 'The payload is gone.', leadsTo: pageOf('events', event.id, 'Back to the event') };
    },
  };

  private async retryAll(deliveries: Subject[], by: By): Promise<void> {
    const accounts = new Map(deliveries.map(({ id, accountId }) => [id, String(accountId)]));
    await this.dispatcher.retry([...accounts.keys()], (client, id) =>
      this.audit.recordOn(client, {
        accountId: accounts.get(id)!,
        actor: staffActor(by.staffId),
        action: 'delivery.retry',
        subject: id,
        reason: by.reason,
      }),
    );
  }
}

export function pageOf(resource: string, id: string, label: string): { label: string; path: string } {
  return { label, path: `/admin/resources/${resource}/records/${id}/show` };
}

export function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
