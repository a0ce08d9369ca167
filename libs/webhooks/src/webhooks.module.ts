import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { FormattingModule } from '@app/formatting';
import { AccountsModule } from '@app/accounts';
import { Config, PublicUrl } from '@app/platform';
import { AddressPolicy } from './address-policy';
import { SettingChecks } from './setting-checks';
import { WebhookHistory } from './history/webhook-history';
import { WebhookLimits } from './webhook-limits';
import { WebhookSecrets } from './webhook-secrets';
import { Webhook } from './webhook.entity';
import { WebhookService } from './webhook.service';

/** Path of a receiver of webhooks that this very process offers (the inspector); provided by its module, if it has one. */
export const OWN_RECEIVER_PATH = Symbol('own receiver path');

/** Who wants what happened to a call: URLs, secrets, subscriptions, state. */
@Module({
  imports: [AccountsModule, FormattingModule, MikroOrmModule.forFeature([Webhook])],
  providers: [
    WebhookService,
    WebhookHistory,
    WebhookSecrets,
    WebhookLimits,
    SettingChecks,
    {
      provide: AddressPolicy,
      inject: [Config, PublicUrl, { token: OWN_RECEIVER_PATH, optional: true }],
      useFactory: (config: Config, publicUrl: PublicUrl, receiverPath: string | null = null) =>
        new AddressPolicy(config.ALLOWED_PRIVATE_CIDRS, { url: () => publicUrl.base, receiverPath }),
    },
  ],
  exports: [WebhookService, WebhookHistory, WebhookSecrets, AddressPolicy],
})
export class WebhooksModule {}
