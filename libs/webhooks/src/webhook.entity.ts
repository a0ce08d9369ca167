import { isDeepStrictEqual } from 'node:util';
import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import type { CustomRequest, EventType, FormatName } from '@app/formatting';
import { IdType, newId } from '@app/platform';
import type { Filter } from './filter/filter';
import { inferType, type WebhookType } from './webhook-type';

export const WEBHOOK_STATUSES = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const RETRY_POLICIES = ['STANDARD', 'EXTENDED'] as const;
export type RetryPolicyName = (typeof RETRY_POLICIES)[number];

export const CIRCUIT_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** Where an account wants which events sent, and how. */
@Entity({ tableName: 'webhooks' })
export class Webhook {
  @PrimaryKey({ type: new IdType('whk') })
  id: string = newId('whk');

  @Property({ type: new IdType('acc') })
  accountId: string;

  @Property({ type: 'text' })
  name: string;

  @Property({ type: 'text' })
  type: WebhookType;

  /** What may be shown of the URL: all of it, unless the URL is a secret. */
  @Property({ type: 'text' })
  url: string;

  /** The whole URL if it is a secret. */
  @Property({ type: 'text', nullable: true, hidden: true })
  sealedUrl: string | null = null;

  /** By `urlKeyOf`; null if last saved before it was added. */
  @Property({ type: 'blob', columnType: 'bytea', nullable: true, hidden: true })
  urlKey: Buffer | null = null;

  @Property({ columnType: 'text[]', type: 'array' })
  events: EventType[];

  @Property({ type: 'text' })
  format: FormatName = 'DEFAULT';

  @Property({ type: 'text' })
  status: WebhookStatus = 'ACTIVE';

  /** Why the system disabled it; null unless `DISABLED`. */
  @Property({ type: 'text', nullable: true })
  disabledReason: string | null = null;

  /** Newest first. The first one never expires; each of the others signs as well until its own time. */
  @Property({ type: 'json', hidden: true })
  sealedSecrets: StoredSecret[] = [];

  /** The customer's own headers, as a sealed JSON object. */
  @Property({ type: 'text', nullable: true, hidden: true })
  sealedHeaders: string | null = null;

  /** How requests authenticate, as a sealed JSON object. */
  @Property({ type: 'text', nullable: true, hidden: true })
  sealedAuth: string | null = null;

  @Property({ type: 'text' })
  retryPolicy: RetryPolicyName = 'STANDARD';

  /** At most so many attempts at the same time; null: as the engine sees fit. */
  @Property({ type: 'integer', nullable: true })
  maxConcurrency: number | null = null;

  /** At most so many attempts a second; null: no limit. */
  @Property({ type: 'integer', nullable: true })
  rateLimitPerSecond: number | null = null;

  /** Which events of its types it receives; null: all. */
  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  filter: Filter | null = null;

  /** The templates of type `CUSTOM`; null for every other type. */
  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  request: CustomRequest | null = null;

  /** Grows with each `request`; PostgreSQL keeps them all, because deliveries keep the one that they were committed with. */
  @Property({ type: 'integer' })
  requestVersion: number = 0;

  @Property({ type: 'text' })
  circuitState: CircuitState = 'CLOSED';

  @Property({ type: 'datetime', length: 3, nullable: true })
  circuitChangedAt: Date | null = null;

  /** Since when every attempt has failed; null after a success. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  failingSince: Date | null = null;

  /** Grows with every change by a person: the ETag. */
  @Property({ type: 'integer', version: true })
  version: number = 1;

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, onUpdate: () => new Date() })
  updatedAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;

  constructor(accountId: string, name: string, url: string, events: EventType[]) {
    this.accountId = accountId;
    this.name = name;
    this.url = url;
    this.type = inferType(url);
    this.events = events;
  }

  get hasSecret(): boolean {
    return this.sealedSecrets.length > 0;
  }

  /** Of the newest secret. */
  get secretHint(): string | null {
    return this.sealedSecrets[0]?.hint ?? null;
  }

  /** The secrets that sign at a time, newest first. */
  liveSecrets(now: Date): StoredSecret[] {
    return this.sealedSecrets.filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now);
  }

  /** Sends to another address from now on. What the old one's server did says nothing about the new one. */
  moveTo(type: WebhookType, url: SealedUrl): void {
    if (type === this.type && url.sealed === null && url.shown === this.url) return;
    this.type = type;
    this.url = url.shown;
    this.sealedUrl = url.sealed;
    this.forgetFailures();
  }

  /** Replaces the templates; deliveries that exist keep theirs. */
  useRequest(request: CustomRequest | null): void {
    if (isDeepStrictEqual(request, this.request)) return;
    this.request = request;
    if (request) this.requestVersion += 1;
  }

  /** Receives again, from now on. What it missed meanwhile can be replayed. */
  activate(): void {
    if (this.status === 'ACTIVE') return;
    this.status = 'ACTIVE';
    this.disabledReason = null;
    this.forgetFailures();
  }

  /** The customer wants nothing sent for now. */
  pause(): void {
    this.status = 'PAUSED';
    this.disabledReason = null;
  }

  /**
   * Puts a new secret first; null: requests are no longer signed at all. The present secret ends now, or signs as well
   * until `presentLiveUntil`. Secrets before it keep the time that was promised for each; expired ones are erased.
   */
  useSecret(secret: SealedSecret | null, presentLiveUntil: Date | null = null, now = new Date()): void {
    if (secret === null) {
      this.sealedSecrets = [];
      return;
    }
    const [present, ...before] = this.liveSecrets(now);
    const kept =
      present && presentLiveUntil ? [{ ...present, expiresAt: presentLiveUntil.toISOString() }] : [];
    this.sealedSecrets = [{ ...secret, expiresAt: null }, ...kept, ...before];
  }

  /** Gone for its account. The row stays for the history of its deliveries; what it was trusted with does not. */
  remove(now: Date): void {
    this.deletedAt = now;
    this.useSecret(null);
    this.sealedHeaders = null;
    this.sealedAuth = null;
    this.sealedUrl = null;
  }

  private forgetFailures(): void {
    this.failingSince = null;
    if (this.circuitState === 'CLOSED') return;
    this.circuitState = 'CLOSED';
    this.circuitChangedAt = new Date();
  }
}

/** An encrypted secret, and a hint that tells people which one it is. */
export interface SealedSecret {
  sealed: string;
  hint: string;
}

/** A URL as it is stored: what may be shown of it, and all of it encrypted if it is a secret. */
export interface SealedUrl {
  shown: string;
  sealed: string | null;
}

/** A secret of a webhook as it is stored. */
export interface StoredSecret extends SealedSecret {
  /** ISO 8601; null for the newest secret. */
  expiresAt: string | null;
}
