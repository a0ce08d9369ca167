import { ApiProperty } from '@nestjs/swagger';
import {
  EVENT_TYPES,
  isPayloadFormat,
  PAYLOAD_FORMATS,
  type CustomRequest,
  type EventType,
  type PayloadFormat,
} from '@app/formatting';
import { WEBHOOK_HEALTHS, type WebhookHealth } from '@app/delivery';
import {
  expiryWarning, CIRCUIT_STATES, RETRY_POLICIES, WEBHOOK_STATUSES, WEBHOOK_TYPES, type CircuitState, type RetryPolicyName, type Webhook,
  type Filter, type ShownAuth, type WebhookStatus, type WebhookType,
} from '@app/webhooks'; // prettier-ignore
import { SHOWN_AUTH_SCHEMA } from './auth.schema';
import { REQUEST_SCHEMA } from './request.schema';
import { FILTER_SCHEMA } from './webhook.dto';

export class CircuitView {
  @ApiProperty({
    enum: CIRCUIT_STATES,
    description: '`OPEN`: its server kept failing, so that sending waits and is probed; nothing is lost',
  })
  state!: CircuitState;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  changedAt!: Date | null;
}

export class PreviousSecretView {
  @ApiProperty({ example: '…x7Qk', description: 'Tells which secret it is without revealing it' })
  hint!: string;

  @ApiProperty({ format: 'date-time', description: 'Until when it signs' })
  expiresAt!: string;
}

/** A warning about a setting that was accepted. */
export class WarningView {
  @ApiProperty({ example: 'secret' })
  path!: string;

  @ApiProperty({
    example: 'has only 6 bytes of key, which can be guessed. Use at least 16, or a generated secret.',
  })
  message!: string;
}

/** A webhook as its account sees it: never its secret, and header values only masked. */
export class WebhookView {
  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'CRM Integration' })
  name!: string;

  @ApiProperty({
    example: 'https://crm.example.com/hooks/calls',
    description:
      'The URLs of Slack, Discord, and Teams are secrets and are shown as `https://hooks.slack.com/…/wxyz`',
  })
  url!: string;

  @ApiProperty({ enum: WEBHOOK_TYPES, description: 'What the URL belongs to' })
  type!: WebhookType;

  @ApiProperty({ enum: EVENT_TYPES, isArray: true })
  events!: EventType[];

  @ApiProperty({ enum: PAYLOAD_FORMATS, description: 'For type `HTTP`; `DEFAULT` for all others' })
  format!: PayloadFormat;

  @ApiProperty({
    enum: WEBHOOK_STATUSES,
    description: '`DISABLED` by the system; a PATCH to `ACTIVE` brings it back',
  })
  status!: WebhookStatus;

  @ApiProperty({
    enum: WEBHOOK_HEALTHS,
    example: 'HEALTHY',
    description:
      '`FAILING`: its last 5 deliveries failed, or all deliveries of the last 15 minutes; `UNKNOWN`: nothing was sent ' +
      'for 24 hours. Tests do not count.',
  })
  health!: WebhookHealth;

  @ApiProperty({ type: String, nullable: true, description: 'Why the system disabled it' })
  disabledReason!: string | null;

  @ApiProperty()
  hasSecret!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Tells which secret it is without telling the secret',
  })
  secretHint!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when the secret before the newest one signs as well; null: it does not',
  })
  previousSecretExpiresAt!: string | null;

  @ApiProperty({
    type: [PreviousSecretView],
    description: 'Every older secret that signs as well, newest first',
  })
  previousSecrets!: PreviousSecretView[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'X-Api-Key': '••••wxyz' },
    description: 'Your own headers, values masked',
  })
  headers!: Record<string, string>;

  @ApiProperty(SHOWN_AUTH_SCHEMA)
  auth!: (ShownAuth & { warning?: string }) | null;

  @ApiProperty({ enum: RETRY_POLICIES })
  retryPolicy!: RetryPolicyName;

  @ApiProperty({ type: 'integer', nullable: true })
  maxConcurrency!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  rateLimitPerSecond!: number | null;

  @ApiProperty(FILTER_SCHEMA)
  filter!: Filter | null;

  @ApiProperty(REQUEST_SCHEMA)
  request!: CustomRequest | null;

  @ApiProperty({ type: CircuitView })
  circuit!: CircuitView;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when every attempt has failed',
  })
  failingSince!: Date | null;

  @ApiProperty({ description: 'Grows with every change by a person; the number in the ETag' })
  version!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;
}

export class WebhookPage {
  @ApiProperty({ type: [WebhookView] })
  data!: WebhookView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** A webhook after a change, with what its owner should know about the change. */
export class ChangedWebhookView extends WebhookView {
  @ApiProperty({
    type: [WarningView],
    description: 'About a secret in this request that is accepted, but weak, or rejected by common libraries',
  })
  warnings!: WarningView[];
}

export class RotatedWebhookView extends ChangedWebhookView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The new secret if it was generated: store it, it is never shown again. Otherwise null.',
  })
  secret!: string | null;
}

/** @param shown its health, and what may be shown of its credentials. */
export function toWebhookView(
  webhook: Webhook,
  shown: Pick<WebhookView, 'headers' | 'auth' | 'health'>,
): WebhookView {
  const previousSecrets = webhook
    .liveSecrets(new Date())
    .flatMap(({ hint, expiresAt }) => (expiresAt === null ? [] : [{ hint, expiresAt }]));
  return {
    id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    type: webhook.type,
    events: webhook.events,
    format: isPayloadFormat(webhook.format) ? webhook.format : 'DEFAULT',
    status: webhook.status,
    health: shown.health,
    disabledReason: webhook.disabledReason,
    hasSecret: webhook.hasSecret,
    secretHint: webhook.secretHint,
    previousSecretExpiresAt: previousSecrets[0]?.expiresAt ?? null,
    previousSecrets,
    headers: shown.headers,
    auth: withWarning(shown.auth),
    retryPolicy: webhook.retryPolicy,
    maxConcurrency: webhook.maxConcurrency,
    rateLimitPerSecond: webhook.rateLimitPerSecond,
    filter: webhook.filter,
    request: webhook.request,
    circuit: { state: webhook.circuitState, changedAt: webhook.circuitChangedAt },
    failingSince: webhook.failingSince,
    version: webhook.version,
    createdAt: webhook.createdAt,
    updatedAt: webhook.updatedAt,
  };
}

function withWarning(auth: ShownAuth | null): WebhookView['auth'] {
  const warning = auth?.type === 'MTLS' ? expiryWarning(auth.certificate, Date.now()) : null;
  return auth && warning ? { ...auth, warning } : auth;
}
