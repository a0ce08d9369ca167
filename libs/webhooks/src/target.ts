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
    const url = new URL(settings.url);
    this.origin = url.origin;
    this.path = url.pathname + url.search;
    const { secret, previousSecret } = settings;
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

  get url(): string {
    return this.settings.url;
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
  url: string;
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
