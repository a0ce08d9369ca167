import { requestUrl, type WebhookType } from './webhook-type';
import type { RetryPolicyName, WebhookStatus } from './webhook.entity';

/** What sending needs to know of a webhook, with its secrets opened: kept in memory only, and never logged. */
export class WebhookTarget {
  /** Whether every attempt of late has failed, as last heard. The one thing here that changes: sending does not depend on it. */
  isFailing: boolean;
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  private readonly current: readonly string[];
  private readonly rotating: readonly string[] | null;

  constructor(private readonly settings: WebhookTargetSettings) {
    this.isFailing = settings.isFailing;
    const url = requestUrl(settings.type, settings.url);
    this.origin = url.origin;
    this.path = url.pathname + url.search;
    const { secret, previousSecret } = signs(settings);
    this.current = secret === null ? [] : [secret];
    this.rotating = secret !== null && previousSecret !== null ? [secret, previousSecret] : null;
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

  get isDeleted(): boolean {
    return this.settings.isDeleted;
  }

  get customHeaders(): Record<string, string> | null {
    return this.settings.customHeaders;
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
    if (!this.rotating) return this.current;
    return now < this.settings.previousSecretExpiresAt ? this.rotating : this.current;
  }
}

export interface WebhookTargetSettings {
  id: string;
  version: number;
  type: WebhookType;
  url: string;
  shownUrl: string;
  status: WebhookStatus;
  isDeleted: boolean;
  secret: string | null;
  previousSecret: string | null;
  /** Unix milliseconds. */
  previousSecretExpiresAt: number;
  customHeaders: Record<string, string> | null;
  retryPolicy: RetryPolicyName;
  maxConcurrency: number | null;
  rateLimitPerSecond: number | null;
  circuitIsOpen: boolean;
  isFailing: boolean;
}

/** Only plain HTTP receivers verify signatures; chat services and mail servers get none. */
function signs(settings: WebhookTargetSettings): Pick<WebhookTargetSettings, 'secret' | 'previousSecret'> {
  return settings.type === 'HTTP' ? settings : { secret: null, previousSecret: null };
}
