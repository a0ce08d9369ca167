import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { FirstAttempts } from '@app/events';
import { FormattingModule } from '@app/formatting';
import { QUEUES, registerQueues } from '@app/platform';
import { SigningModule } from '@app/signing';
import { WebhookTargetsModule } from '@app/webhooks';
import { DueRetries } from '../retry/due-retries';
import { RetryAlarms } from '../retry/retry-alarms';
import { DeliverySender } from '../sending/delivery-sender';
import { WebhookSender } from '../sending/webhook-sender';
import { AttemptRecorder } from '../store/attempt-recorder';
import { DeliveryStore } from '../store/delivery-store';
import { LeaseStore } from '../store/lease-store';
import { ManualAttempts } from '../store/manual-attempts';
import { DeliveryEngine } from './delivery-engine';
import { EngineGauges } from './engine-gauges';
import { Gates } from './gates';
import { Hand } from './hand';
import { HeldRetries } from './held-retries';
import { Heartbeat } from './heartbeat';
import { Recovery } from './recovery';
import { ManualSender } from './manual-sender';
import { Membership } from './membership';
import { Parking } from './parking';
import { Settlement } from './settlement';
import { Sweeper } from './sweeper';
import { WebhookHealth } from './webhook-health';

/** Sending, for the one process that reaches outside. */
@Module({
  imports: [
    AccountsModule,
    FormattingModule,
    SigningModule,
    WebhookTargetsModule,
    registerQueues(QUEUES.retries),
  ],
  providers: [
    DeliveryEngine,
    { provide: FirstAttempts, useExisting: DeliveryEngine },
    Gates,
    Hand,
    Membership,
    Heartbeat,
    Recovery,
    Sweeper,
    Parking,
    Settlement,
    HeldRetries,
    WebhookHealth,
    DeliverySender,
    WebhookSender,
    AttemptRecorder,
    DeliveryStore,
    LeaseStore,
    ManualAttempts,
    ManualSender,
    RetryAlarms,
    DueRetries,
    EngineGauges,
  ],
  exports: [FirstAttempts, DueRetries, ManualSender],
})
export class DeliveryEngineModule {}
