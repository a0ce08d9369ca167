import { Module } from '@nestjs/common';
import { WebhookTargets } from './targets';

/** For the process that sends. */
@Module({ providers: [WebhookTargets], exports: [WebhookTargets] })
export class WebhookTargetsModule {}
