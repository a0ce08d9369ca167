import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { FirstAttempts } from '@app/events';
import { FormattingModule } from '@app/formatting';
import { QUEUES, registerQueues } from '@app/platform';
import { SigningModule } from '@app/signing';
import { CustomRequests, WebhookTargetsModule } from '@app/webhooks';
import { CustomBodies } from '../custom/custom-bodies';
import { Heartbeat } from '../membership/heartbeat';
import { Membership } from '../membership/membership';
import { RetryJobs } from '../retry/retry-jobs';
import { DeliverySender } from '../sending/delivery-sender';
import { WebhookSender } from '../sending/webhook-sender';
import { AttemptStore } from '../store/attempt-store';
import { DeliveryStore } from '../store/delivery-store';
import { LeaseStore } from '../store/lease-store';
import { ManualAttempts } from '../store/manual-attempts';
import { AttemptRecorder } from './attempt-recorder';
import { DeliveryClaims } from './delivery-claims';
import { DeliveryEngine } from './delivery-engine';
import { EndpointQueues } from './endpoint-queues';
import { EndpointStates } from './endpoint-states';
import { EndpointWatch } from './endpoint-watch';
import { EngineGauges } from './engine-gauges';
import { EventContents } from './event-contents';
import { InFlightDeliveries } from './in-flight-deliveries';
import { ManualSender } from './manual-sender';
import { Recovery } from './recovery';
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
    EndpointQueues,
    EndpointStates,
    EndpointWatch,
    DeliveryClaims,
    InFlightDeliveries,
    EventContents,
    DeliverySender,
    CustomBodies,
    CustomRequests,
    WebhookSender,
    AttemptRecorder,
    RetryJobs,
    WebhookHealth,
    Membership,
    Heartbeat,
    Recovery,
    Sweeper,
    ManualSender,
    AttemptStore,
    DeliveryStore,
    LeaseStore,
    ManualAttempts,
    EngineGauges,
  ],
  exports: [FirstAttempts, DeliveryEngine, ManualSender],
})
export class DeliveryEngineModule {}
