import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { WebhookTargets } from './targets';
import { WebhookDisabler } from './webhook-disabler';

/** For the process that sends. */
@Module({
  imports: [AccountsModule],
  providers: [WebhookTargets, WebhookDisabler],
  exports: [WebhookTargets, WebhookDisabler],
})
export class WebhookTargetsModule {}
