import { Injectable } from '@nestjs/common';
import { FindService } from '../find/find.service';
import { AccountPage } from '../pages/account-page';
import { DeliveryPage } from '../pages/delivery-page';
import { EventPage } from '../pages/event-page';
import { WebhookPage } from '../pages/webhook-page';
import { StartPage } from '../start-page/start-page';

/** Every page that has data of its own. */
@Injectable()
export class BackofficePages {
  constructor(
    readonly start: StartPage,
    readonly find: FindService,
    readonly account: AccountPage,
    readonly webhook: WebhookPage,
    readonly event: EventPage,
    readonly delivery: DeliveryPage,
  ) {}
}
