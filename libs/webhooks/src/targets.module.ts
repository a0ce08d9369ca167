import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { WebhookFilters } from './filter/webhook-filters';
import { WebhookTargets } from './targets';
import { WebhookDisabler } from './webhook-disabler';

/** For the process that sends. */
@Module({
  imports: [AccountsModule],
  providers: [WebhookTargets, WebhookDisabler, WebhookFilters],
  exports: [WebhookTargets, WebhookDisabler, WebhookFilters],
})
export class WebhookTargetsModule {}
