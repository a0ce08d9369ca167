import { Global, Module } from '@nestjs/common';
import { OWN_RECEIVER_PATH, WebhooksModule } from '@app/webhooks';
import { InspectorController } from './inspector.controller';
import { ReceivedRequests } from './received-requests';
import { SignatureCheck } from './signature-check';

/** A webhook.site of one's own: takes whatever webhooks send, and shows it. */
@Global()
@Module({
  imports: [WebhooksModule],
  controllers: [InspectorController],
  providers: [
    ReceivedRequests,
    SignatureCheck,
    { provide: OWN_RECEIVER_PATH, useValue: '/inspector/hooks/' },
  ],
  exports: [OWN_RECEIVER_PATH],
})
export class InspectorModule {}
