export { CustomRequests } from './custom-requests';
export { AUTH_TYPES, type WebhookAuth } from './auth/webhook-auth';
export { expiryWarning } from './auth/client-certificate';
export type { ShownAuth } from './auth/shown-auth';
export { AddressPolicy, type OwnAddress } from './address-policy';
export { MAX_CUSTOM_HEADERS, type CustomHeaders } from './custom-headers';
export { WEBHOOK_LIMITS, type WebhookSettings } from './webhook-rules';
export { type WebhookChange } from './history/webhook-changes';
export {
  WEBHOOK_ACTIONS,
  WebhookHistory,
  type WebhookAction,
  type WebhookHistoryEntry,
} from './history/webhook-history';
export { WebhookSecrets } from './webhook-secrets';
export {
  CIRCUIT_STATES,
  RETRY_POLICIES,
  Webhook,
  WEBHOOK_STATUSES,
  type CircuitState,
  type RetryPolicyName,
  type SealedSecret,
  type StoredSecret,
  type WebhookStatus,
} from './webhook.entity';
export { WebhookService, type ChangeOf, type NewWebhook } from './webhook.service';
export { OWN_RECEIVER_PATH, WebhooksModule } from './webhooks.module';
export { WebhookTarget, type TlsIdentity } from './target';
export { emailAddress, inferType, shownUrl, WEBHOOK_TYPES, type WebhookType } from './webhook-type';
export { WebhookDisabler } from './webhook-disabler';
export { WebhookTargets } from './targets';
export { WebhookTargetsModule } from './targets.module';
export { explainFilter, matchesFilter } from './filter/evaluate-filter';
export { type Filter, type FilterVerdict } from './filter/filter';
export { filterErrors } from './filter/filter-errors';
export { excludedWebhooks, WebhookFilters, type AccountFilters } from './filter/webhook-filters';
