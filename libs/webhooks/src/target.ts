import { createHash } from 'node:crypto';
import { authorizationOf, type WebhookAuth } from './auth/webhook-auth';
import { requestUrl, type WebhookType } from './webhook-type';
import type { RetryPolicyName, WebhookStatus } from './webhook.entity';

/** What sending needs to know of a webhook, with its secrets opened: kept in memory only, and never logged. */
export class WebhookTarget {
  /** Whether every attempt of late has failed, as last heard. The one thing here that changes: sending does not depend on it. */
  isFailing: boolean;
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** The `Authorization` header that the settings alone give; null if there is none, or it takes an access token. */
  readonly authorization: string | null;
  /** The certificates of its connections, which are shared with no other ones; null: the usual ones. */
  readonly tls: TlsIdentity | null;
  private live: readonly string[] = [];
  /** When the first of the live secrets expires. */
  private liveUntil = 0;

  constructor(private readonly settings: WebhookTargetSettings) {
    this.isFailing = settings.isFailing;
    const url = requestUrl(settings.type, settings.url);
    this.origin = url.origin;
    this.path = url.pathname + url.search;
    this.tls = tlsIdentityOf(settings.auth);
    this.authorization = authorizationOf(settings.auth);
  }

  get id(): string {
    return this.settings.id;
  }

  /** Grows with each change of the settings. */
  get version(): number {
    return this.settings.version;
  }

  get type(): WebhookType {
    return this.settings.type;
  }

  /** The whole URL, which may be a secret: never logged or recorded. */
  get url(): string {
    return this.settings.url;
  }

  /** The URL as it may be recorded and shown. */
  get shownUrl(): string {
    return this.settings.shownUrl;
  }

  get status(): WebhookStatus {
    return this.settings.status;
  }

  get isSuspended(): boolean {
    return this.settings.isSuspended;
  }

  get isDeleted(): boolean {
    return this.settings.isDeleted;
  }

  get customHeaders(): Record<string, string> | null {
    return this.settings.customHeaders;
  }

  /** Null: requests authenticate by custom headers, or not at all. */
  get auth(): WebhookAuth | null {
    return this.settings.auth;
  }

  /** The version of its templates that new deliveries get; only for type `CUSTOM`. */
  get requestVersion(): number {
    return this.settings.requestVersion;
  }

  get retryPolicy(): RetryPolicyName {
    return this.settings.retryPolicy;
  }

  get maxConcurrency(): number | null {
    return this.settings.maxConcurrency;
  }

  get rateLimitPerSecond(): number | null {
    return this.settings.rateLimitPerSecond;
  }

  get circuitIsOpen(): boolean {
    return this.settings.circuitIsOpen;
  }

  /**
   * The secrets that are live at a time (Unix milliseconds), newest first. The same array until one of them expires,
   * because the signer caches keys by the identity of this array.
   */
  liveSecretsAt(now: number): readonly string[] {
    if (now >= this.liveUntil) {
      // Only plain HTTP receivers verify signatures; chat services and mail servers get none.
      const secrets = this.settings.type === 'HTTP' ? this.settings.secrets : [];
      const live = secrets.filter(({ expiresAt }) => expiresAt > now);
      this.live = live.map(({ secret }) => secret);
      this.liveUntil = Math.min(...live.map(({ expiresAt }) => expiresAt));
    }
    return this.live;
  }
}

export interface WebhookTargetSettings {
  id: string;
  version: number;
  type: WebhookType;
  url: string;
  shownUrl: string;
  status: WebhookStatus;
  /** Whether its account is: then nothing is sent, not even by hand. */
  isSuspended: boolean;
  isDeleted: boolean;
  /** Newest first; `expiresAt` in Unix milliseconds, `Infinity` for the newest. */
  secrets: readonly { secret: string; expiresAt: number }[];
  customHeaders: Record<string, string> | null;
  auth: WebhookAuth | null;
  requestVersion: number;
  retryPolicy: RetryPolicyName;
  maxConcurrency: number | null;
  rateLimitPerSecond: number | null;
  circuitIsOpen: boolean;
  isFailing: boolean;
}

/** Who connects by TLS, and whom they trust. */
export interface TlsIdentity {
  /** The same for the same certificates, and for no others. */
  id: string;
  cert: string;
  key: string;
  /** In place of the publicly trusted authorities. */
  ca?: string;
}

function tlsIdentityOf(auth: WebhookAuth | null): TlsIdentity | null {
  if (auth?.type !== 'MTLS') return null;
  const { certificate: cert, key, ca } = auth;
  const id = createHash('sha256')
    .update(JSON.stringify([cert, key, ca ?? null]))
    .digest('base64');
  return { id, cert, key, ...(ca === undefined ? {} : { ca }) };
}
