export * from './batching/group-commit';
export { Periodic } from './batching/periodic';
export { Config, ConfigError, loadConfig } from './config/config';
export { ConfigModule } from './config/config.module';
export { readEnvironment, type Environment } from './config/environment';
export { withLocalSecrets } from './config/local-secrets';
export { derivedKey, encryptionKeyId } from './crypto/derived-key';
export type { ProcessName } from './config/variables';
export { isSame } from './crypto/is-same';
export { Fingerprints } from './crypto/fingerprint';
export { reseal } from './crypto/reseal';
export { SealUpgrade } from './crypto/seal-upgrade';
export { SecretBox, type SealedPlace } from './crypto/secret-box';
export { ActionLimits, type ActionLimit } from './database/action-limits';
export { DatabaseModule } from './database/database.module';
export { plainArray, textArray } from './database/arrays';
export { IdType } from './database/id.type';
export { migrate, pendingMigrations } from './database/migrate';
export { MIGRATIONS } from './database/migrations';
export {
  dependencyAway,
  hasNotExecuted,
  HeartbeatSql,
  HotPathSql,
  isDependencyAway,
  Sql,
  type Statement,
} from './database/sql';
export {
  binder,
  IN_INDEX_ORDER,
  idRange,
  ownedRange,
  rowsInIndexOrder,
  type Bind,
  type IdRange,
  type TimeWindow,
} from './database/time-window';
export { AnonymousBody, ReadsOwnBody, receiveJsonBody } from './http/body/body.interceptor';
export { PUBLISHER_BODY_BYTES } from './http/body/body-budget';
export { requireShape } from './http/body/json-shape';
export { readBody, streamBody, type BodyLimits } from './http/body/read-body';
export { hasBody } from './http/body/unread-body';
export { networkOf } from './http/client-address';
export { AnonymousLimit } from './http/limits/anonymous-limit';
export { enforce } from './http/limits/enforce';
export { RateLimiter, type Allowance } from './http/limits/rate-limiter';
export { IdParam, requireObject, strictValidation } from './http/input';
export { afterCursor, cursorAfter, PageQuery, toPage, type Page } from './http/paging';
export { isOwnRequest, loopDetected, SENDER_PRODUCT } from './http/own-requests';
export { OptionalNotNull } from './http/optional-not-null';
export { IsPlainText, isPlainText, IsVisibleText, isVisibleText } from './http/plain-text';
export { Problem, PROBLEMS, type FieldError, type ProblemCode } from './http/problem';
export { ProblemFilter, toProblem } from './http/problem.filter';
export { PublicUrl } from './http/public-url';
export { createApplication, listen, REQUEST_ID, prepareApplication } from './http/serve';
export { firstIdAt, fromUuid, isId, newId, timeOf, toUuid, uuidv7, type Id, type IdPrefix } from './ids';
export { describeError, safeMessage } from './observability/describe-error';
export { StructuredLogger } from './observability/logging';
export { Metrics } from './observability/metrics';
export { PlatformModule } from './platform.module';
export {
  exitOnUncaughtErrors,
  failToStart,
  onStopSignal,
  requireMigrations,
  runService,
  startService,
  type RunningService,
  type ServiceOptions,
} from './process';
export { QUEUES, QueueModule, registerQueues, type QueueName } from './queue/queues';
export { ChangeFeed, RedisConnection, RedisModule } from './redis';
