import { MikroORM } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Sql } from '@app/platform';
import { AdminActions } from '../actions/admin-actions';
import { DeliveryActions } from '../actions/delivery-actions';
import { Reveal } from '../actions/reveal';
import { WebhookActions } from '../actions/webhook-actions';
import { may } from '../staff/permissions';
import { StaffService } from '../staff/staff.service';
import type { CurrentStaff } from './asks-first';
import { loadAdminJs } from './modules';
import type { Parts } from './options';
import { BackofficePages } from './backoffice-pages';
import { resourceFactory, type TableDescription } from './resources';

/** Puts together what AdminJS shows: tables, pages, and the actions on them. */
@Injectable()
export class BackofficeAdmin {
  constructor(
    private readonly orm: MikroORM,
    private readonly sql: Sql,
    private readonly pages: BackofficePages,
    private readonly reveal: Reveal,
    private readonly staff: StaffService,
    private readonly deliveryActions: DeliveryActions,
    private readonly webhookActions: WebhookActions,
    private readonly adminActions: AdminActions,
  ) {}

  async parts(): Promise<Parts> {
    const { adminjs, adapter } = await loadAdminJs();
    const SoundResource = resourceFactory(adminjs, adapter, this.orm, this.sql);
    const seesAll = (staff: CurrentStaff): boolean => may(staff.role, 'personal-data.see');
    const { delivery, event, webhook, account } = this.pages;
    const { retry, retrySelected, expunge } = this.deliveryActions;
    const { addStaff, changeRole, resetPassword, disableStaff, enableStaff, revokeKey } = this.adminActions;
    return {
      resourceOf: (table: TableDescription) => new SoundResource(table),
      actions: {
        deliveries: [retry, retrySelected],
        events: [expunge],
        webhooks: this.webhookActions.all,
        'api-keys': [revokeKey],
        staff: [addStaff, changeRole, resetPassword, disableStaff, enableStaff],
      },
      pageData: {
        deliveries: (id, staff) => delivery.data(id, seesAll(staff)),
        attempts: (key, staff) => delivery.data(key.split('.')[0], seesAll(staff)),
        events: (id, staff) => event.data(id, seesAll(staff)),
        webhooks: (id) => webhook.data(id),
        accounts: (id) => account.data(id),
      },
      reveal: (resource, subject, { id, role }, reason) =>
        this.reveal.reveal(resource, subject, { staffId: id, role, reason }),
      staffNames: (ids) => this.staff.names(ids),
      startPage: (range) => this.pages.start.data(range),
      find: (query) => this.pages.find.find(query),
    };
  }
}
