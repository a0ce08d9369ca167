export { ATTEMPT_OUTCOMES, ATTEMPT_TRIGGERS, type AttemptOutcome, type AttemptTrigger } from './attempt';
export { Attempt } from './attempt.entity';
export { Delivery, DELIVERY_STATUSES, type DeliveryStatus } from './delivery.entity';
export { ExpungeModule, LateAnswersModule } from './expunge/expunge.module';
export { PayloadExpunger } from './expunge/payload-expunger';
export { type DeliveryFilter, unparkedPendingIds, WAITING_SQL } from './reading/delivery-query';
export { CallSearch } from './reading/call-search';
export { DeliveryReader, type EventDelivery } from './reading/delivery-reader';
export { DeliveryReadingModule, StatsRollupModule } from './reading/delivery-reading.module';
export { type DeliveryCounts } from './reading/delivery-counts';
export { DeliveryStats, type AttemptCounts, type WebhookStats } from './reading/delivery-stats';
export {
  HELD_REASONS,
  WAITING_REASONS,
  type AttemptView,
  type DeliveryDetail,
  type DeliverySummary,
  type HeldReason,
  type ListedDelivery,
  type WaitingReason,
} from './reading/delivery-view';
export { WEBHOOK_HEALTHS, type WebhookHealth, WebhookHealthReader } from './reading/webhook-health';
export { type Percentiles } from './reading/response-times';
export { StatsRollup } from './reading/stats-rollup';
export { Replay, REPLAY_STATUSES, type ReplayRequest, type ReplayStatus } from './replay/replay.entity';
export { REPLAY_SELECTIONS, type ReplaySelection } from './replay/replay-selection';
export { ReplayModule, ReplayRunnerModule } from './replay/replay.module';
export { ReplayRunner } from './replay/replay-runner';
export { ReplayGroups, type ReplayState, sumOfStates } from './replay/replay-groups';
export { ReplayService } from './replay/replay.service';
export { EventSender } from './replay/event-sender';
export { ResendService } from './replay/resend.service';
export { DeliveryCommandsModule } from './commands/delivery-commands.module';
export { DispatcherCommands } from './commands/dispatcher-commands';
export { MANUAL_JOB, type ManualJob, TEST_RECORDED } from './commands/manual-job';
export { DeliveryEngineModule } from './engine/engine.module';
export { ManualSender } from './engine/manual-sender';
export { DeliveryEngine } from './engine/delivery-engine';
export type { RetryJob } from './retry/retry-jobs';
export { requestHeaders } from './sending/request-headers';
export { HOT_STATEMENTS } from './store/hot-statements';
export { LeaseStore } from './store/lease-store';
