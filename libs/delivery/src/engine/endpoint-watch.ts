import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, isDependencyAway, Periodic } from '@app/platform';
import { Membership } from '../membership/membership';
import { DeliveryEngine } from './delivery-engine';
import type { EndpointQueue } from './endpoint-queue';
import { EndpointQueues } from './endpoint-queues';
import {
  EndpointStates,
  PARKED,
  RESPONSIVE,
  SILENT,
  STATE_CHANGED,
  type StoppedEndpoint,
} from './endpoint-states';

const LOOK_EVERY_MS = 1_000;
const FORGET_HOLDS_EVERY_MS = 60_000;

/**
 * Tells the queues of this process what the others have learned: within milliseconds by the change feed, and within a
 * second by PostgreSQL, with or without Redis.
 */
@Injectable()
export class EndpointWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EndpointWatch');
  private readonly looks = new Periodic(LOOK_EVERY_MS, () => this.look(), (error) => this.noteFailure(error)); // prettier-ignore
  private stopped = new Map<string, StoppedEndpoint>();
  private members = 0;
  private forgotAt = 0;

  constructor(
    private readonly engine: DeliveryEngine,
    private readonly queues: EndpointQueues,
    private readonly states: EndpointStates,
    private readonly membership: Membership,
    private readonly changes: ChangeFeed,
  ) {}

  onApplicationBootstrap(): void {
    this.queues.onSettingsChange((id) => this.withQueue(id, (queue) => void this.engine.configure(queue)));
    this.queues.onCreate((queue) => this.tell(queue, this.stopped.get(queue.webhookId)));
    this.changes.on(PARKED, (id) => this.withQueue(id, (queue) => queue.noteBacklog()));
    this.changes.on(SILENT, (id) => this.withQueue(id, (queue) => queue.hear({ isSilent: true })));
    this.changes.on(RESPONSIVE, (id) => this.withQueue(id, (queue) => queue.hear({ isSilent: false })));
    this.changes.on('circuit-reset', (id) =>
      this.withQueue(id, (queue) => queue.hear({ circuit: 'CLOSED' })),
    );
    this.changes.on(STATE_CHANGED, () => void this.looks.runNow());
    this.changes.onMissed(() => void this.looks.runNow());
    this.looks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.looks.stop();
  }

  private async look(): Promise<void> {
    this.divideAgain();
    for (const queue of this.queues.all())
      if (queue.takeSilence()) this.states.share(queue, { isSilent: true });
    const before = this.stopped;
    this.stopped = new Map((await this.states.stopped()).map((one) => [one.webhookId, one]));
    for (const [webhookId, endpoint] of this.stopped)
      this.withQueue(webhookId, (queue) => this.tell(queue, endpoint));
    for (const [webhookId, { circuitIsOpen }] of before)
      if (circuitIsOpen && !this.stopped.get(webhookId)?.circuitIsOpen)
        this.withQueue(webhookId, (queue) => queue.hear({ circuit: 'CLOSED' }));
    await this.forgetHolds();
  }

  private tell(queue: EndpointQueue, endpoint: StoppedEndpoint | undefined): void {
    if (endpoint?.circuitIsOpen) queue.hear({ circuit: 'OPEN' });
    if (endpoint && endpoint.heldForMs > 0) queue.hold(endpoint.heldForMs);
  }

  /** Dispatchers have come or gone: each has another part of every limit. */
  private divideAgain(): void {
    if (this.members === this.membership.changes) return;
    this.members = this.membership.changes;
    this.queues.divideAgain();
    for (const queue of this.queues.all()) this.engine.pump(queue);
  }

  private async forgetHolds(): Promise<void> {
    if (performance.now() - this.forgotAt < FORGET_HOLDS_EVERY_MS) return;
    this.forgotAt = performance.now();
    await this.states.forgetHolds();
  }

  private withQueue(webhookId: string, change: (queue: EndpointQueue) => void): void {
    const queue = this.queues.get(webhookId);
    if (!queue) return;
    change(queue);
    this.engine.pump(queue);
  }

  /** The heartbeat reports an outage of PostgreSQL. */
  private noteFailure(error: unknown): void {
    if (!isDependencyAway(error))
      this.logger.error({ err: error, msg: 'The states of endpoints could not be read' });
  }
}
