import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { DeliveryPage } from '../pages/delivery-page';
import { EventPage } from '../pages/event-page';
import { Revealed } from '../privacy/answers';
import { staffActor } from '../staff/staff-actor';
import type { By, Subject } from './staff-action';

/** Shows what is personal to those whose role hides it: only when they ask, and never without an entry in the audit log. */
@Injectable()
export class Reveal {
  constructor(
    private readonly audit: AuditTrail,
    private readonly deliveries: DeliveryPage,
    private readonly events: EventPage,
  ) {}

  /** The page's data with nothing hidden. The entry is written first: what can't be written down is not shown. */
  async reveal(resource: 'deliveries' | 'events', subject: Subject, by: By): Promise<Revealed> {
    await this.audit.record({
      accountId: String(subject['accountId']),
      actor: staffActor(by.staffId),
      action: 'personal-data.reveal',
      subject: subject.id,
      reason: by.reason,
    });
    const page = resource === 'deliveries' ? this.deliveries : this.events;
    return new Revealed(await page.data(subject.id));
  }
}
