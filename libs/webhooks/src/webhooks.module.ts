import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { Config } from '@app/platform';
import { AddressPolicy } from './address-policy';
import { WebhookSecrets } from './webhook-secrets';
import { Webhook } from './webhook.entity';
import { WebhookService } from './webhook.service';

/** Who wants what happened to a call: URLs, secrets, subscriptions, state. */
@Module({
  imports: [AccountsModule, MikroOrmModule.forFeature([Webhook])],
  providers: [
    WebhookService,
    WebhookSecrets,
    {
      provide: AddressPolicy,
      inject: [Config],
      useFactory: (config: Config) => new AddressPolicy(config.ALLOWED_PRIVATE_CIDRS),
    },
  ],
  exports: [WebhookService, WebhookSecrets, AddressPolicy],
})
export class WebhooksModule {}
