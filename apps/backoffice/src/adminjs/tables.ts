import { Account, ACTOR_KINDS, ApiKey, AuditEntry } from '@app/accounts';
import { Attempt, ATTEMPT_OUTCOMES, ATTEMPT_TRIGGERS, Delivery } from '@app/delivery';
import { Event, RejectedPublicationRecord } from '@app/events';
import { EVENT_TYPES, FORMAT_NAMES } from '@app/formatting';
import { CIRCUIT_STATES, Webhook, WEBHOOK_STATUSES, WEBHOOK_TYPES } from '@app/webhooks';
import { planAttempts, planDeliveries, planEvents } from '../lists/plans';
import { ROLES, type Permission } from '../staff/permissions';
import { StaffUser } from '../staff/staff-user.entity';
import type { TableDescription } from './resources';

/** How a table appears in the backoffice, apart from its actions. */
export interface ShownTable extends TableDescription {
  label: string;
  /** What one row of it is called. */
  one: string;
  icon: string;
  /** Who may look at it. */
  permission: Permission;
  /** The columns of its list. */
  columns: string[];
  /** What its page shows, where AdminJS draws it. */
  facts?: string[];
  /** Properties that name a row of another table. */
  references?: Record<string, string>;
  /** Properties, some not in the table at all, that a component of ours draws in the list. */
  drawn?: Record<string, string>;
  /** The component of its page; without one AdminJS lists the properties. */
  page?: string;
  /** What the columns are called, where their own name does not say it. */
  names: Record<string, string>;
}

export const TABLES: ShownTable[] = [
  {
    id: 'accounts',
    model: Account,
    label: 'Accounts',
    one: 'Account',
    icon: 'Users',
    permission: 'read',
    titleProperty: 'name',
    columns: ['name', 'externalId', 'createdAt'],
    filters: ['name', 'externalId', 'createdAt'],
    drawn: { createdAt: 'TimeCell' },
    page: 'AccountPage',
    names: { externalId: 'Id in the platform', createdAt: 'Since' },
  },
  {
    id: 'webhooks',
    model: Webhook,
    label: 'Webhooks',
    one: 'Webhook',
    icon: 'Share2',
    permission: 'read',
    titleProperty: 'name',
    columns: ['name', 'accountId', 'type', 'url', 'status', 'circuitState', 'failingSince'],
    filters: ['accountId', 'name', 'type', 'url', 'status', 'circuitState', 'events', 'format', 'createdAt'],
    masked: ['url'],
    references: { accountId: 'accounts' },
    drawn: {
      name: 'LongCell',
      status: 'StateCell',
      circuitState: 'StateCell',
      failingSince: 'TimeCell',
      url: 'LongCell',
    },
    page: 'WebhookPage',
    values: {
      status: WEBHOOK_STATUSES,
      circuitState: CIRCUIT_STATES,
      format: FORMAT_NAMES,
      type: WEBHOOK_TYPES,
      events: EVENT_TYPES,
    },
    names: {
      accountId: 'Account',
      url: 'URL',
      circuitState: 'Circuit',
      failingSince: 'Failing since',
      createdAt: 'Created',
    },
  },
  {
    id: 'events',
    model: Event,
    label: 'Events',
    one: 'Event',
    icon: 'PhoneCall',
    permission: 'read',
    columns: ['createdAt', 'callId', 'type', 'accountId', 'test'],
    filters: ['accountId', 'callId', 'type', 'createdAt', 'test'],
    references: { accountId: 'accounts' },
    drawn: { createdAt: 'TimeCell', callId: 'LongCell', type: 'LongCell' },
    titleProperty: 'callId',
    page: 'EventPage',
    plan: planEvents,
    values: { type: EVENT_TYPES },
    names: { accountId: 'Account', callId: 'Call', createdAt: 'Accepted', test: 'Test' },
  },
  {
    id: 'rejections',
    model: RejectedPublicationRecord,
    label: 'Rejected publications',
    one: 'Rejected publication',
    icon: 'AlertTriangle',
    permission: 'read',
    columns: ['createdAt', 'accountId', 'code', 'errors', 'idempotencyKey', 'source'],
    filters: ['accountId', 'code', 'idempotencyKey', 'source', 'createdAt'],
    facts: ['createdAt', 'accountId', 'type', 'code', 'errors', 'idempotencyKey', 'source'],
    references: { accountId: 'accounts' },
    drawn: { createdAt: 'TimeCell', errors: 'LongCell', idempotencyKey: 'LongCell' },
    values: { source: ['http', 'batch', 'queue', 'bus'] },
    names: {
      accountId: 'Account',
      type: 'Event',
      code: 'Code',
      errors: 'What was wrong',
      idempotencyKey: 'Idempotency key',
      source: 'Published by',
      createdAt: 'Rejected',
    },
  },
  {
    id: 'deliveries',
    model: Delivery,
    label: 'Deliveries',
    one: 'Delivery',
    icon: 'Send',
    permission: 'read',
    columns: ['createdAt', 'status', 'why', 'accountId', 'webhookId', 'eventType'],
    filters: [
      'accountId',
      'webhookId',
      'eventId',
      'status',
      'lastOutcome',
      'lastStatusCode',
      'eventType',
      'trigger',
      'createdAt',
    ],
    references: { accountId: 'accounts', webhookId: 'webhooks' },
    drawn: { createdAt: 'TimeCell', status: 'StateCell', why: 'LongCell', eventType: 'LongCell' },
    page: 'DeliveryPage',
    plan: planDeliveries,
    values: {
      status: ['PENDING', 'DELIVERED', 'FAILED'],
      lastOutcome: ATTEMPT_OUTCOMES,
      eventType: EVENT_TYPES,
      trigger: ATTEMPT_TRIGGERS,
    },
    names: {
      accountId: 'Account',
      webhookId: 'Webhook',
      eventId: 'Event id',
      eventType: 'Event',
      lastOutcome: 'Error',
      lastStatusCode: 'Status code',
      createdAt: 'Created',
      why: 'Newest attempt',
    },
  },
  {
    id: 'attempts',
    model: Attempt,
    label: 'Attempts',
    one: 'Attempt',
    icon: 'List',
    permission: 'read',
    key: ['deliveryId', 'number'],
    columns: ['startedAt', 'outcome', 'statusCode', 'durationMs', 'webhookId', 'deliveryId', 'number'],
    filters: ['webhookId', 'deliveryId', 'outcome', 'statusCode', 'errorCode', 'startedAt'],
    references: { webhookId: 'webhooks', deliveryId: 'deliveries' },
    drawn: { startedAt: 'TimeCell', outcome: 'StateCell' },
    page: 'AttemptPage',
    plan: planAttempts,
    values: { outcome: ATTEMPT_OUTCOMES },
    names: {
      webhookId: 'Webhook',
      deliveryId: 'Delivery',
      number: 'No.',
      statusCode: 'Status code',
      errorCode: 'Error code',
      durationMs: 'ms',
      startedAt: 'Started',
      outcome: 'Outcome',
    },
  },
  {
    id: 'api-keys',
    model: ApiKey,
    label: 'API keys',
    one: 'API key',
    icon: 'Key',
    permission: 'read',
    titleProperty: 'name',
    columns: ['name', 'hint', 'accountId', 'lastUsedAt', 'expiresAt', 'revokedAt'],
    filters: ['accountId', 'name', 'createdAt'],
    facts: ['name', 'hint', 'accountId', 'createdAt', 'lastUsedAt', 'expiresAt', 'revokedAt', 'id'],
    references: { accountId: 'accounts' },
    drawn: { lastUsedAt: 'TimeCell', expiresAt: 'TimeCell', revokedAt: 'TimeCell' },
    names: {
      accountId: 'Account',
      lastUsedAt: 'Last used',
      expiresAt: 'Expires',
      revokedAt: 'Revoked',
      createdAt: 'Created',
    },
  },
  {
    id: 'audit',
    titleProperty: 'action',
    model: AuditEntry,
    label: 'Audit log',
    one: 'Entry of the audit log',
    icon: 'Book',
    permission: 'audit.read',
    columns: ['createdAt', 'actorId', 'action', 'subject', 'reason'],
    filters: ['accountId', 'actorKind', 'actorId', 'action', 'subject', 'createdAt'],
    references: { accountId: 'accounts' },
    drawn: {
      createdAt: 'TimeCell',
      subject: 'SubjectCell',
      actorId: 'SubjectCell',
      reason: 'LongCell',
      action: 'LongCell',
    },
    page: 'AuditPage',
    values: { actorKind: ACTOR_KINDS },
    names: {
      accountId: 'Account',
      actorKind: 'Kind',
      actorId: 'Who',
      subject: 'What',
      createdAt: 'When',
      reason: 'Why',
    },
  },
  {
    id: 'staff',
    model: StaffUser,
    label: 'Staff',
    one: 'Member of staff',
    icon: 'Shield',
    permission: 'staff.manage',
    titleProperty: 'email',
    columns: ['email', 'name', 'role', 'mustChangePassword', 'lastSignInAt', 'disabledAt'],
    filters: ['email', 'name', 'role'],
    facts: ['email', 'name', 'role', 'mustChangePassword', 'lastSignInAt', 'createdAt', 'disabledAt', 'id'],
    drawn: { lastSignInAt: 'TimeCell', disabledAt: 'TimeCell', role: 'StateCell' },
    values: { role: ROLES },
    names: {
      lastSignInAt: 'Last sign-in',
      disabledAt: 'Disabled',
      mustChangePassword: 'First password',
      createdAt: 'Added',
    },
  },
];
