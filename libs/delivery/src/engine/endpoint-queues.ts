import { Injectable, Logger } from '@nestjs/common';
import { type WebhookTarget, WebhookTargets } from '@app/webhooks';
import { Membership } from '../membership/membership';
import { EndpointQueue, type Slots } from './endpoint-queue';
import { HostSlots } from './host-slots';
import { SendingSlots } from './sending-slots';

/** A queue that has had nothing to do for this long is forgotten. */
const FORGET_AFTER_MS = 5 * 60_000;

/** The queues of all endpoints that this process has sent to lately, the slots that they share, and which are full. */
@Injectable()
export class EndpointQueues {
  readonly slots: Slots;
  private readonly queues = new Map<string, EndpointQueue>();
  /** By account: the webhooks whose queues have no capacity now. */
  private readonly full = new Map<string, Set<string>>();
  /** Queues in which something waits for this process, not for its endpoint. */
  private readonly waiting = new Set<EndpointQueue>();
  /** Queues whose settings could not be read: what they hold waits, and `tidy` tries again. */
  private readonly unread = new Set<EndpointQueue>();
  private readonly logger = new Logger('EndpointQueues');
  private readonly createListeners: ((queue: EndpointQueue) => void)[] = [];

  constructor(
    private readonly targets: WebhookTargets,
    private readonly membership: Membership,
  ) {
    this.slots = {
      byTrust: new SendingSlots(),
      byHost: new HostSlots((host, limit) => Math.max(1, membership.shareOf(host, limit))),
    };
  }

  get(webhookId: string): EndpointQueue | undefined {
    return this.queues.get(webhookId);
  }

  all(): Iterable<EndpointQueue> {
    return this.queues.values();
  }

  /** The queue of a webhook; nothing starts in it before the webhook's settings are read: see `configure`. */
  getOrCreate(webhookId: string, accountId: string): { queue: EndpointQueue; isConfigured: boolean } {
    let queue = this.queues.get(webhookId);
    if (queue) return { queue, isConfigured: true };
    queue = new EndpointQueue(webhookId, accountId, this.slots);
    this.queues.set(webhookId, queue);
    const target = this.targets.peek(webhookId);
    if (target) queue.configure(target, this.divisionOf(webhookId));
    for (const listener of this.createListeners) listener(queue);
    return { queue, isConfigured: target !== undefined };
  }

  /** Reads the webhook's settings. Resolves when its queue has them, or they could not be read. */
  async configure(queue: EndpointQueue): Promise<void> {
    this.unread.delete(queue);
    try {
      queue.configure(await this.targets.get(queue.webhookId), this.divisionOf(queue.webhookId));
    } catch (error) {
      this.unread.add(queue);
      this.logger.warn({
        err: error,
        msg: 'The settings of a webhook could not be read',
        webhookId: queue.webhookId,
      });
    }
  }

  settingsOf(webhookId: string): Promise<WebhookTarget | null> {
    return this.targets.get(webhookId);
  }

  onSettingsChange(listener: (webhookId: string) => void): void {
    this.targets.onChange(listener);
  }

  /** Calls back with each new queue, before anything is put into it. */
  onCreate(listener: (queue: EndpointQueue) => void): void {
    this.createListeners.push(listener);
  }

  /** Webhooks of the given accounts that have no capacity now. */
  withoutCapacity(accountIds: Iterable<string>): string[] {
    if (this.full.size === 0) return [];
    const webhookIds: string[] = [];
    for (const accountId of accountIds) webhookIds.push(...(this.full.get(accountId) ?? []));
    return webhookIds;
  }

  /** Deliveries that wait for this process alone, not for slow endpoints. */
  get waitingForUs(): number {
    let waiting = 0;
    for (const queue of this.waiting) if (queue.waitsForUs) waiting += queue.queued;
    return waiting;
  }

  /** After a queue may have changed: remembers whether it has capacity, and whether it waits for this process. */
  noteState(queue: EndpointQueue): void {
    if (queue.waitsForUs) this.waiting.add(queue);
    else this.waiting.delete(queue);
    if (queue.hasCapacity) return this.removeFromFull(queue);
    const ofAccount = this.full.get(queue.accountId);
    if (ofAccount) ofAccount.add(queue.webhookId);
    else this.full.set(queue.accountId, new Set([queue.webhookId]));
  }

  /**
   * Forgets what is idle.
   * @returns the queues whose settings could not be read before, for another try.
   */
  tidy(now: number): EndpointQueue[] {
    for (const queue of this.queues.values()) {
      if (!queue.isIdle || now - queue.lastUsedAt < FORGET_AFTER_MS) continue;
      this.queues.delete(queue.webhookId);
      this.removeFromFull(queue);
    }
    return [...this.unread];
  }

  /** After dispatchers have come or gone: divides the limits of every endpoint again. */
  divideAgain(): void {
    for (const queue of this.queues.values())
      if (queue.settings !== undefined) queue.configure(queue.settings, this.divisionOf(queue.webhookId));
  }

  private divisionOf(webhookId: string) {
    const { membership } = this;
    return {
      share: (limit: number) => membership.shareOf(webhookId, limit),
      isHome: membership.owns(webhookId),
    };
  }

  /** An account without full webhooks isn't kept: what `full` holds is what there is to ask about. */
  private removeFromFull(queue: EndpointQueue): void {
    if (this.full.size === 0) return;
    const ofAccount = this.full.get(queue.accountId);
    if (ofAccount?.delete(queue.webhookId) && ofAccount.size === 0) this.full.delete(queue.accountId);
  }
}
