export { Account, ACCOUNT_STATUSES, type AccountStatus } from './account.entity';
export { lockAccount } from './account-lock';
export { AccountService } from './account.service';
export { AccountsModule } from './accounts.module';
export { generateKey, isWellFormedKey } from './api-key';
export { ApiKey } from './api-key.entity';
export { ApiKeyService, type IssuedApiKey, type KeyIssuer, type NewApiKey } from './api-key.service';
export { AuditEntry } from './audit-entry.entity';
export { ACTOR_KINDS, AuditTrail, type Actor, type ActorKind, type AuditRecord } from './audit-trail';
export {
  DashboardSessions,
  type DashboardActor,
  type DashboardSession,
  type OpenedSession,
} from './dashboard-sessions';
export { hasScope, SCOPES, type Scope } from './scopes';
