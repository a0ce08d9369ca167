import type { MigrationObject } from '@mikro-orm/core';
import { MainJob20261124000001 } from './20261124000001-main-job';
import { Customers20261124000002 } from './20261124000002-customers';
import { Reading20261124000003 } from './20261124000003-reading';
import { Backoffice20261124000004 } from './20261124000004-backoffice';
import { Storage20261124000005 } from './20261124000005-storage';
import { AttemptsByTime20261125000006 } from './20261125000006-attempts-by-time';
import { WaitingIndexes20261125000007 } from './20261125000007-waiting-indexes';
import { HeldRetries20261126000008 } from './20261126000008-held-retries';
import { Access20261128000201 } from './20261128000201-access';
import { SuspendedWebhooks20261128000202 } from './20261128000202-suspended-webhooks';
import { StaffSignIn20261128000300 } from './20261128000300-staff-sign-in';
import { PhoneIndexKey20261128000401 } from './20261128000401-phone-index-key';
import { BoundSecrets20261128000402 } from './20261128000402-bound-secrets';
import { WebhookVersions20261128000501 } from './20261128000501-webhook-versions';
import { RetryBatches20261128000502 } from './20261128000502-retry-batches';
import { EndpointHolds20261128000503 } from './20261128000503-endpoint-holds';
import { RejectedPublications20261128000701 } from './20261128000701-rejected-publications';
import { EventFanouts20261128000702 } from './20261128000702-event-fanouts';
import { Destinations20261128000801 } from './20261128000801-destinations';
import { WebhookAuth20261128000900 } from './20261128000900-webhook-auth';
import { PhonesByAccount20261128001001 } from './20261128001001-phones-by-account';

/** Every migration, oldest first. None is ever changed after it has landed. */
export const MIGRATIONS: MigrationObject[] = [
  { name: '20261124000001-main-job', class: MainJob20261124000001 },
  { name: '20261124000002-customers', class: Customers20261124000002 },
  { name: '20261124000003-reading', class: Reading20261124000003 },
  { name: '20261124000004-backoffice', class: Backoffice20261124000004 },
  { name: '20261124000005-storage', class: Storage20261124000005 },
  { name: '20261125000006-attempts-by-time', class: AttemptsByTime20261125000006 },
  { name: '20261125000007-waiting-indexes', class: WaitingIndexes20261125000007 },
  { name: '20261126000008-held-retries', class: HeldRetries20261126000008 },
  { name: '20261128000201-access', class: Access20261128000201 },
  { name: '20261128000202-suspended-webhooks', class: SuspendedWebhooks20261128000202 },
  { name: '20261128000300-staff-sign-in', class: StaffSignIn20261128000300 },
  { name: '20261128000401-phone-index-key', class: PhoneIndexKey20261128000401 },
  { name: '20261128000402-bound-secrets', class: BoundSecrets20261128000402 },
  { name: '20261128000501-webhook-versions', class: WebhookVersions20261128000501 },
  { name: '20261128000502-retry-batches', class: RetryBatches20261128000502 },
  { name: '20261128000503-endpoint-holds', class: EndpointHolds20261128000503 },
  { name: '20261128000701-rejected-publications', class: RejectedPublications20261128000701 },
  { name: '20261128000702-event-fanouts', class: EventFanouts20261128000702 },
  { name: '20261128000801-destinations', class: Destinations20261128000801 },
  { name: '20261128000900-webhook-auth', class: WebhookAuth20261128000900 },
  { name: '20261128001001-phones-by-account', class: PhonesByAccount20261128001001 },
];
