import { Injectable, Logger } from '@nestjs/common';
import { ChangeFeed } from '@app/platform';
import { type WebhookTarget, WebhookTargets } from '@app/webhooks';
import type { Circuit } from './circuit';
import { Gate, type GateWatch, type GateWork } from './gate';
import { Membership } from './membership';
import { WebhookHealth } from './webhook-health';

/** A gate that has had nothing to do for so long is forgotten. */
const FORGET_AFTER_MS = 5 * 60_000;
/** Other dispatchers are told of parked deliveries once in so long for each webhook, in milliseconds. */
const TELL_AFTER_MS = 20;

/** The gates of all webhooks that this process has sent to lately. */
@Injectable()
export class Gates implements GateWatch {
  private readonly gates = new Map<string, Gate>();
  /** By account: the webhooks whose gates have no room now. */
  private readonly full = new Map<string, Set<string>>();
  /** Gates in whose queue something waits for this process: not the thousands of an outage, which wait for their endpoints. */
  private readonly waiting = new Set<Gate>();
  /** Gates whose settings could not be read: what they hold waits, and `tidy` tries again. */
  private readonly unread = new Set<Gate>();
  /** Webhooks of which others are about to be told. */
  private readonly toTell = new Set<string>();
  private readonly logger = new Logger('Gates');
  private work!: GateWork;

  constructor(
    private readonly targets: WebhookTargets,
    private readonly membership: Membership,
    private readonly health: WebhookHealth,
    private readonly changes: ChangeFeed,
  ) {
    changes.on('parked', (webhookId) => this.gates.get(webhookId)?.noteBacklog());
    changes.on('circuit-reset', (webhookId) => this.gates.get(webhookId)?.reset());
    targets.onChange((webhookId) => {
      const gate = this.gates.get(webhookId);
      if (gate) void this.configure(gate);
    });
  }

  /** Who does the gates' work. Said once, before anything is sent. */
  servedBy(work: GateWork): void {
    this.work = work;
  }

  get(webhookId: string): Gate | undefined {
    return this.gates.get(webhookId);
  }

  /** The gate of a webhook, made if need be; it opens when the webhook's settings are read. */
  of(webhookId: string, accountId: string): Gate {
    let gate = this.gates.get(webhookId);
    if (gate) return gate;
    gate = new Gate(webhookId, accountId, this.work, this);
    this.gates.set(webhookId, gate);
    const target = this.targets.peek(webhookId);
    if (target) gate.configure(target, this.isElsewhere(gate, target));
    else void this.configure(gate);
    return gate;
  }

  /** Deliveries were parked: the webhook's gate takes them, here or where its limits are counted. */
  noteParked(gate: Gate): void {
    gate.noteBacklog();
    if (!gate.elsewhere || this.toTell.has(gate.webhookId)) return;
    this.toTell.add(gate.webhookId);
    setTimeout(() => {
      this.toTell.delete(gate.webhookId);
      void this.changes.announce('parked', gate.webhookId);
    }, TELL_AFTER_MS);
  }

  settingsOf(webhookId: string): Promise<WebhookTarget | null> {
    return this.targets.get(webhookId);
  }

  all(): Iterable<Gate> {
    return this.gates.values();
  }

  /** Webhooks of the given accounts that have no room now. */
  withoutRoom(accountIds: Iterable<string>): string[] {
    if (this.full.size === 0) return [];
    const webhookIds: string[] = [];
    for (const accountId of accountIds) webhookIds.push(...(this.full.get(accountId) ?? []));
    return webhookIds;
  }

  /** Whether any webhook has no room now. */
  get areSomeFull(): boolean {
    return this.full.size > 0;
  }

  circuitMoved(gate: Gate, circuit: Circuit): void {
    this.health.noteCircuit(gate.webhookId, circuit.state);
  }

  doorMoved(gate: Gate): void {
    if (gate.hasRoom) return this.strikeFromFull(gate);
    const ofAccount = this.full.get(gate.accountId);
    if (ofAccount) ofAccount.add(gate.webhookId);
    else this.full.set(gate.accountId, new Set([gate.webhookId]));
  }

  queueMoved(gate: Gate): void {
    if (gate.waitsForUs) this.waiting.add(gate);
    else this.waiting.delete(gate);
  }

  /** Deliveries that wait for this process alone, not for slow endpoints. */
  get waitingForUs(): number {
    let waiting = 0;
    for (const gate of this.waiting) if (gate.waitsForUs) waiting += gate.queued;
    return waiting;
  }

  /** Sees who sends where, after dispatchers have come or gone; reads what could not be read; forgets what is idle. */
  tidy(now: number): void {
    for (const gate of this.unread) void this.configure(gate);
    for (const gate of this.gates.values()) {
      const target = gate.settings;
      if (target && isLimited(target)) gate.configure(target, this.isElsewhere(gate, target));
      if (!gate.isIdle || now - gate.lastUsedAt < FORGET_AFTER_MS) continue;
      this.gates.delete(gate.webhookId);
      this.strikeFromFull(gate);
    }
  }

  /** An account without full webhooks isn't kept: what `full` holds is what there is to ask about. */
  private strikeFromFull(gate: Gate): void {
    const ofAccount = this.full.get(gate.accountId);
    if (ofAccount?.delete(gate.webhookId) && ofAccount.size === 0) this.full.delete(gate.accountId);
  }

  private async configure(gate: Gate): Promise<void> {
    this.unread.delete(gate);
    try {
      const target = await this.targets.get(gate.webhookId);
      gate.configure(target, target !== null && this.isElsewhere(gate, target));
    } catch (error) {
      this.unread.add(gate);
      this.logger.warn({
        err: error,
        msg: 'The settings of a webhook could not be read',
        webhookId: gate.webhookId,
      });
    }
  }

  private isElsewhere(gate: Gate, target: Limits): boolean {
    return isLimited(target) && !this.membership.owns(gate.webhookId);
  }
}

interface Limits {
  maxConcurrency: number | null;
  rateLimitPerSecond: number | null;
}

/** Only limits of the webhook's own have to be counted in one place. */
function isLimited(target: Limits): boolean {
  return target.maxConcurrency !== null || target.rateLimitPerSecond !== null;
}
