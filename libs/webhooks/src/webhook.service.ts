import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditTrail, type Actor } from '@app/accounts';
import { isPayloadFormat, type CustomRequest } from '@app/formatting';
import { afterCursor, ChangeFeed, Problem, type FieldError } from '@app/platform';
import { generateSecret } from '@app/signing';
import { authMisfits } from './auth/auth-misfits';
import { isShownOf } from './auth/shown-auth';
import { withoutNulls } from './custom-headers';
import { changesBetween, snapshotOf, type WebhookSnapshot } from './history/webhook-changes';
import { movesToAnotherHost, movingErrors, storedAuth, storedHeaders } from './moving-credentials';
import { SettingChecks } from './setting-checks';
import { urlKeyOf } from './url-key';
import { WebhookLimits } from './webhook-limits';
import { WebhookSecrets } from './webhook-secrets';
import { formatOf, inferType, typeAfterMove, typeMismatch, type WebhookType } from './webhook-type';
import { WEBHOOK_LIMITS, type WebhookSettings } from './webhook-rules';
import { Webhook } from './webhook.entity';

/** Who changes a webhook, why, and of which version they believe it to be. */
export interface ChangeOf {
  actor: Actor;
  /** Asked of staff for what a customer will notice. */
  reason?: string;
  /** Refuse the change unless the webhook has one of these versions; left out: change it whatever it is. */
  ifVersion?: number[];
}

export type NewWebhook = Pick<WebhookSettings, 'name' | 'url' | 'events'> & Partial<WebhookSettings>;

const DEFAULT_OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;

/** The webhooks of an account. Every query takes the account first; another account's webhook is not there. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly em: EntityManager,
    private readonly checks: SettingChecks,
    private readonly secrets: WebhookSecrets,
    private readonly audit: AuditTrail,
    private readonly changeFeed: ChangeFeed,
    private readonly limits: WebhookLimits,
  ) {}

  /**
   * @throws Problem validation_failed by field; limit_reached when the account has as many webhooks as it may, in all
   *   or with this URL.
   */
  async create(accountId: string, input: NewWebhook, change: ChangeOf): Promise<Webhook> {
    this.checks.require(input);
    await this.checks.requireRenderable(input, input.events);
    const webhook = new Webhook(accountId, input.name, input.url, input.events);
    this.direct(webhook, { ...input, type: input.type ?? inferType(input.url) });
    this.apply(webhook, input);
    await this.em.transactional(async (em) => {
      await this.limits.requireRoom(em, accountId);
      await this.limits.requireRoomAt(em, webhook);
      await em.persistAndFlush(webhook);
      await this.record(webhook, 'create', change, {
        changes: changesBetween(new Map(), this.snapshot(webhook)),
      });
    });
    await this.changeFeed.announce('webhook', webhook.id);
    return webhook;
  }

  /** @throws Problem not_found */
  async get(accountId: string, id: string): Promise<Webhook> {
    const webhook = await this.em.fork().findOne(Webhook, { accountId, id, deletedAt: null });
    if (!webhook) throw Problem.notFound('webhook');
    return webhook;
  }

  /**
   * Newest first; one more than the limit, for paging.
   * @param q only those whose name or URL contains it, in any casing.
   */
  async list(accountId: string, page: { limit: number; cursor?: string }, q?: string): Promise<Webhook[]> {
    const after = afterCursor('whk', page.cursor);
    const containing = q ? { $ilike: `%${q.replace(/[\\%_]/g, '\\$&')}%` } : null;
    return this.em.fork().find(
      Webhook,
      {
        accountId,
        deletedAt: null,
        ...(after ? { id: { $lt: after } } : {}),
        ...(containing ? { $or: [{ name: containing }, { url: containing }] } : {}),
      },
      { orderBy: { id: 'desc' }, limit: page.limit + 1 },
    );
  }

  /**
   * Changes what is given and leaves the rest. A masked header value or an `auth` that comes back as it was answered is
   * kept, unless the URL changes to another host: then both have to be given again, or dropped.
   * @throws Problem not_found, validation_failed by field, precondition_failed when it has another version,
   *   limit_reached when too many webhooks have the new URL.
   */
  async update(
    accountId: string,
    id: string,
    input: Partial<WebhookSettings>,
    change: ChangeOf,
  ): Promise<Webhook> {
    if (input.request) {
      const { events } = await this.get(accountId, id);
      this.checks.require({ ...input, headers: undefined });
      await this.checks.requireRenderable(input, input.events ?? events);
    }
    return this.change(accountId, id, 'update', change, (webhook) => {
      const given = input.headers ? { ...input, headers: withoutNulls(input.headers) } : input;
      const settings = this.withStoredCredentials(webhook, given);
      this.checks.require(settings, this.movingErrors(webhook, given));
      this.direct(webhook, settings);
      this.apply(webhook, settings);
      return { fields: Object.keys(input), ...(input.status ? { status: input.status } : {}) };
    });
  }

  /**
   * Sets a new secret. The present one stays live for the overlap, so that receivers can follow; those before it stay
   * live until the time that was returned for each.
   * @returns the secret only if it was generated here: this is the only moment at which it is known.
   */
  async rotateSecret(
    accountId: string,
    id: string,
    input: { secret?: string; overlapHours?: number },
    change: ChangeOf,
  ): Promise<{ webhook: Webhook; generatedSecret: string | null }> {
    const overlapHours = input.overlapHours ?? DEFAULT_OVERLAP_HOURS;
    const generatedSecret = input.secret === undefined ? generateSecret() : null;
    const secret = input.secret ?? generatedSecret!;
    this.checks.require({ secret });
    if (!(overlapHours >= 0 && overlapHours <= WEBHOOK_LIMITS.overlapHours)) {
      throw Problem.invalid([
        { path: 'overlapHours', message: `must be from 0 to ${WEBHOOK_LIMITS.overlapHours}` },
      ]);
    }
    const webhook = await this.change(accountId, id, 'rotate-secret', change, (found) => {
      if (this.secrets.isPresent(found, secret))
        throw Problem.invalid([{ path: 'secret', message: 'is the present secret already' }]);
      if (found.liveSecrets(new Date()).length >= WEBHOOK_LIMITS.liveSecrets && overlapHours > 0) {
        throw new Problem(
          'conflict',
          `The webhook has ${WEBHOOK_LIMITS.liveSecrets} live secrets, and each adds to the headers of every request. Wait until one expires, or use overlapHours 0.`,
        );
      }
      this.secrets.rotate(
        found,
        secret,
        overlapHours > 0 ? new Date(Date.now() + overlapHours * HOUR_MS) : null,
      );
      return { overlapHours };
    });
    return { webhook, generatedSecret };
  }

  /** Removes it for the account; its deliveries stay to be read. */
  async remove(accountId: string, id: string, change: ChangeOf): Promise<void> {
    await this.change(accountId, id, 'delete', change, (webhook) => {
      webhook.remove(new Date());
      return { name: webhook.name };
    });
  }

  private async change(
    accountId: string,
    id: string,
    verb: string,
    change: ChangeOf,
    work: (webhook: Webhook) => Record<string, unknown>,
  ): Promise<Webhook> {
    const webhook = await this.em.fork().transactional(async (em) => {
      const found = await em.findOne(
        Webhook,
        { accountId, id, deletedAt: null },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      if (!found) throw Problem.notFound('webhook');
      const before = found.version;
      const settingsBefore = this.snapshot(found);
      const urlBefore = found.urlKey ?? urlKeyOf(this.secrets.urlOf(found));
      if (change.ifVersion && !change.ifVersion.includes(before)) {
        throw new Problem(
          'precondition_failed',
          `The webhook was changed in the meantime: it has version "${before}" now.`,
        );
      }
      const details = work(found);
      if (!found.urlKey?.equals(urlBefore) && found.urlKey !== null)
        await this.limits.requireRoomAt(em, found);
      await em.flush();
      if (found.version !== before) {
        const changes = found.deletedAt ? [] : changesBetween(settingsBefore, this.snapshot(found));
        await this.record(found, verb, change, { ...details, changes });
      }
      return found;
    });
    await this.changeFeed.announce('webhook', id);
    return webhook;
  }

  private snapshot(webhook: Webhook): WebhookSnapshot {
    return snapshotOf(webhook, { url: this.secrets.urlOf(webhook), headers: this.secrets.headers(webhook) });
  }

  /** Settings in which credentials that came back as they are shown are those that are stored. */
  private withStoredCredentials(webhook: Webhook, given: Partial<WebhookSettings>): Partial<WebhookSettings> {
    const settings = { ...given };
    if (given.headers) settings.headers = this.secrets.restoreHeaders(webhook, given.headers);
    const stored = this.secrets.auth(webhook);
    if (stored && given.auth && isShownOf(given.auth, stored)) delete settings.auth;
    return settings;
  }

  /** Credentials that a new URL would send to another host. */
  private movingErrors(webhook: Webhook, { url, headers, auth }: Partial<WebhookSettings>): FieldError[] {
    if (url === undefined || !URL.canParse(url) || !movesToAnotherHost(webhook.url, url)) return [];
    return movingErrors([
      ...storedHeaders(this.secrets.headers(webhook), headers),
      ...storedAuth(this.secrets.auth(webhook), auth),
    ]);
  }

  /** Sets where a webhook sends to, and what that is. A secret URL that comes back as it was shown is kept. */
  private direct(webhook: Webhook, { url, type, format, request }: Partial<WebhookSettings>): void {
    const from = this.secrets.urlOf(webhook);
    const to = url === undefined || url === webhook.url ? from : url;
    const next = type ?? (to === from ? webhook.type : typeAfterMove(webhook.type, from, to));
    const mismatch = typeMismatch(next, to);
    if (mismatch) throw Problem.invalid([{ path: url === undefined ? 'type' : 'url', message: mismatch }]);
    if (next !== 'HTTP' && format !== undefined && format !== 'DEFAULT') {
      throw Problem.invalid([{ path: 'format', message: `cannot be chosen for type ${next}` }]);
    }
    const sealed = this.secrets.sealUrl(webhook.id, next, to);
    if (to !== from || next !== webhook.type || sealed.shown !== webhook.url) webhook.moveTo(next, sealed);
    webhook.urlKey = urlKeyOf(to);
    const chosen = format ?? (isPayloadFormat(webhook.format) ? webhook.format : 'DEFAULT');
    // Templates that belong to the type before go with it.
    const kept = next === 'CUSTOM' ? webhook.request : null;
    webhook.useRequest(requestOf(next, request === undefined ? kept : request));
    webhook.format = formatOf(next, chosen, webhook.requestVersion);
  }

  private apply(webhook: Webhook, settings: Partial<WebhookSettings>): void {
    const { name, events, status, retryPolicy, maxConcurrency, rateLimitPerSecond, secret, headers, filter } =
      settings;
    if (name !== undefined) webhook.name = name.trim();
    if (events !== undefined) webhook.events = events;
    if (retryPolicy !== undefined) webhook.retryPolicy = retryPolicy;
    if (maxConcurrency !== undefined) webhook.maxConcurrency = maxConcurrency;
    if (rateLimitPerSecond !== undefined) webhook.rateLimitPerSecond = rateLimitPerSecond;
    if (filter !== undefined) webhook.filter = filter;
    if (status === 'PAUSED') webhook.pause();
    if (status === 'ACTIVE') webhook.activate();
    if (secret !== undefined) this.secrets.setSecret(webhook, secret);
    if (headers !== undefined) this.secrets.setHeaders(webhook, headers ?? {});
    if (settings.auth !== undefined) this.secrets.setAuth(webhook, settings.auth);
    const misfits = authMisfits(webhook, this.secrets.headers(webhook), this.secrets.auth(webhook));
    if (misfits.length > 0) throw Problem.invalid(misfits);
  }

  private async record(
    webhook: Webhook,
    verb: string,
    change: ChangeOf,
    details?: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record({
      accountId: webhook.accountId,
      actor: change.actor,
      action: `webhook.${verb}`,
      subject: webhook.id,
      reason: change.reason,
      details,
    });
  }
}

/** The templates that a webhook of a type may have. */
function requestOf(type: WebhookType, request: CustomRequest | null): CustomRequest | null {
  if (type === 'CUSTOM' && request === null)
    throw Problem.invalid([{ path: 'request', message: 'is required for type CUSTOM' }]);
  if (type !== 'CUSTOM' && request !== null)
    throw Problem.invalid([{ path: 'request', message: `cannot be used with type ${type}` }]);
  return request;
}
