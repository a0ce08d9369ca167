import { Module } from '@nestjs/common';
import { InspectorController } from './inspector.controller';
import { ReceivedRequests } from './received-requests';
import { SignatureCheck } from './signature-check';

/** A webhook.site of one's own: takes whatever webhooks send, and shows it. */
@Module({ controllers: [InspectorController], providers: [ReceivedRequests, SignatureCheck] })
export class InspectorModule {}
