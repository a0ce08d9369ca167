import { MikroORM } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Sql } from '@app/platform';
import { AdminActions } from '../actions/admin-actions';
import { DeliveryActions } from '../actions/delivery-actions';
import { Reveal } from '../actions/reveal';
import { WebhookActions } from '../actions/webhook-actions';
import { StaffService } from '../staff/staff.service';
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
    const { delivery, event, webhook, account } = this.pages;
    const { retry, retrySelected, expunge } = this.deliveryActions;
    const { addStaff, changeRole, resetPassword, endSessions, disableStaff, enableStaff, revokeKey } =
      this.adminActions;
    return {
      resourceOf: (table: TableDescription) => new SoundResource(table),
      actions: {
        deliveries: [retry, retrySelected],
        events: [expunge],
        webhooks: this.webhookActions.all,
        'api-keys': [revokeKey],
        staff: [addStaff, changeRole, resetPassword, endSessions, disableStaff, enableStaff],
      },
      pageData: {
        deliveries: (id) => delivery.data(id),
        attempts: (key) => delivery.data(key.split('.')[0]),
        events: (id) => event.data(id),
        webhooks: (id) => webhook.data(id),
        accounts: (id) => account.data(id),
      },
      reveal: (resource, subject, { id, role }, reason) =>
        this.reveal.reveal(resource, subject, { staffId: id, role, reason }),
      staffNames: (ids) => this.staff.names(ids),
      startPage: (range) => this.pages.start.data(range),
      find: (query, staff) => this.pages.find.find(query, staff),
    };
  }
}
