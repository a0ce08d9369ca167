import type { WebhookTarget } from '@app/webhooks';
import type { AttemptOutcome } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { notSent } from '../sending/not-sent';
import { EndpointQueue, type Start } from './endpoint-queue';
import { HostSlots } from './host-slots';
import { type EndpointTrust, SendingSlots } from './sending-slots';

/** A queue with its surroundings: what it starts, parks, and fetches is looked at, and ended by the test. */
class Scene {
  now = 1_000_000;
  readonly slots: SendingSlots<EndpointQueue>;
  readonly started: Start[] = [];
  readonly running: Start[] = [];
  readonly parked: ClaimedDelivery[] = [];
  /** What waits in PostgreSQL. */
  readonly backlog: ClaimedDelivery[] = [];
  readonly fetches: number[] = [];
  readonly circuits: string[] = [];
  readonly silences: boolean[] = [];
  readonly capacities: boolean[] = [];
  /** Each change of whether something waits for this process. */
  readonly waits: boolean[] = [];
  failFetches = false;
  readonly queue: EndpointQueue;
  private count = 0;
  private timer: NodeJS.Timeout | null = null;
  private timerAt = Infinity;

  constructor(
    sizes: Record<EndpointTrust, number> = {
      responsive: 1_000,
      untried: 1_000,
      probing: 1_000,
      unresponsive: 1_000,
    },
    hostSlots = (limit: number): number => limit,
  ) {
    this.slots = new SendingSlots(sizes, () => this.now);
    const byHost = new HostSlots<EndpointQueue>((_host, limit) => hostSlots(limit));
    this.queue = new EndpointQueue('whk_1', 'acc_1', { byTrust: this.slots, byHost }, () => this.now);
  }

  configure(
    settings: Partial<WebhookTarget> = {},
    isHome = true,
    share = (limit: number): number => limit,
  ): this {
    const target = { status: 'ACTIVE', isDeleted: false, version: 1, origin: 'https://example.com', maxConcurrency: null, rateLimitPerSecond: null, circuitIsOpen: false, ...settings }; // prettier-ignore
    this.queue.configure(target as WebhookTarget, { share, isHome });
    return this.pump();
  }

  /** As the engine does after each change. */
  pump(): this {
    this.queue.wakeAt = null;
    for (let start = this.queue.next(); start; start = this.queue.next()) {
      this.started.push(start);
      this.running.push(start);
    }
    this.parked.push(...this.queue.takeOverflow());
    const wanted = this.queue.startFetch();
    if (wanted > 0) void this.fetch(wanted);
    if (this.queue.hasCapacity !== (this.capacities.at(-1) ?? true))
      this.capacities.push(this.queue.hasCapacity);
    if (this.queue.waitsForUs !== (this.waits.at(-1) ?? false)) this.waits.push(this.queue.waitsForUs);
    this.wakeLater();
    return this;
  }

  private async fetch(wanted: number): Promise<void> {
    this.fetches.push(wanted);
    const found = this.failFetches ? null : this.backlog.splice(0, wanted);
    await Promise.resolve();
    this.queue.fetched(found, wanted);
    this.pump();
  }

  private wakeLater(): void {
    const { wakeAt } = this.queue;
    if (wakeAt === null || (this.timer && this.timerAt <= wakeAt)) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAt = wakeAt;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.pump();
    }, wakeAt - this.now);
  }

  delivery(): ClaimedDelivery {
    return { id: `dlv_${++this.count}` } as ClaimedDelivery;
  }

  /** Offers so many deliveries. @returns how many were taken. */
  offer(count: number): number {
    let taken = 0;
    for (let i = 0; i < count; i += 1) {
      if (this.queue.offer(this.delivery())) taken += 1;
      this.pump();
    }
    return taken;
  }

  store(count: number): void {
    for (let i = 0; i < count; i += 1) this.backlog.push(this.delivery());
    this.queue.noteBacklog();
    this.pump();
  }

  /** Ends the oldest attempt under way. */
  end(outcome: AttemptOutcome = 'DELIVERED', durationMs = 10): void {
    const start = this.running.shift()!;
    const news = this.queue.finished(start, { ...notSent(null, '', 0), outcome, durationMs });
    if (news.circuit) this.circuits.push(news.circuit.state);
    if (news.isSilent !== undefined) this.silences.push(news.isSilent);
    this.pump();
    if (this.slots.nextWaiting(start.trust)) this.pump();
  }

  endAll(outcome: AttemptOutcome = 'DELIVERED', durationMs = 10): void {
    for (let i = this.running.length; i > 0; i -= 1) this.end(outcome, durationMs);
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    await jest.advanceTimersByTimeAsync(ms);
  }

  /** Makes the endpoint known as one that answers. */
  prove(): this {
    this.offer(1);
    this.end();
    return this;
  }

  /** Opens the circuit by an endpoint that keeps silent. */
  async silence(): Promise<void> {
    for (let i = 0; i < 20 && this.queue.circuit.state === 'CLOSED'; i += 1) {
      this.offer(1);
      this.now += 10_000;
      this.end('TIMEOUT', 10_000);
      await jest.advanceTimersByTimeAsync(0);
    }
    expect(this.queue.circuit.state).toBe('OPEN');
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the queue of an endpoint', () => {
  it('starts nothing before the settings are known, and everything then', () => {
    const scene = new Scene();
    expect(scene.offer(5)).toBe(4);
    expect(scene.started).toHaveLength(0);
    scene.configure();
    expect(scene.started.map(({ delivery }) => delivery.id)).toEqual(['dlv_1', 'dlv_2', 'dlv_3', 'dlv_4']);
  });

  it('lets few out to an endpoint that has never answered, many to one that has', () => {
    const scene = new Scene().configure();
    scene.offer(30);
    expect(scene.queue.inFlight).toBe(4);
    scene.end();
    // One answer: the limit of 16 holds now, and has grown by the success.
    scene.offer(30);
    expect(scene.queue.inFlight).toBe(17);
  });

  it('tells when something begins to wait for us and when nothing does any more, not each time', () => {
    const scene = new Scene().configure().prove();
    scene.offer(17);
    expect(scene.waits).toEqual([]);
    scene.offer(1);
    scene.offer(1);
    expect(scene.waits).toEqual([true]);
    scene.end();
    scene.end();
    expect(scene.waits).toEqual([true, false]);
    scene.offer(20);
    expect(scene.waits).toEqual([true, false, true]);
    expect(scene.queue.empty()).not.toHaveLength(0);
    scene.pump();
    expect(scene.waits).toEqual([true, false, true, false]);
  });

  it('tells nothing of what waits for an unknown, a slow or a hanging endpoint', () => {
    const unknown = new Scene().configure();
    unknown.offer(5);
    expect(unknown.queue.queued).toBe(1);
    expect(unknown.waits).toEqual([]);

    const slow = new Scene().configure().prove();
    for (let i = 0; i < 20; i += 1) {
      slow.offer(1);
      slow.end('DELIVERED', 500);
    }
    slow.offer(200);
    expect(slow.queue.queued).toBeGreaterThan(1);
    expect(slow.waits).toEqual([]);

    const hanging = new Scene().configure().prove();
    hanging.offer(20);
    hanging.end('TIMEOUT', 10_000);
    expect(hanging.queue.queued).toBe(1);
    expect(hanging.waits).toEqual([true, false]);
  });

  it('counts any answer as one, also a refusal', () => {
    const scene = new Scene().configure();
    scene.offer(1);
    scene.end('CONNECTION_FAILED', 1);
    expect(scene.queue.trust).toBe('responsive');
    scene.offer(30);
    expect(scene.queue.inFlight).toBe(16);
  });

  it('grows by one with a success, to 64, and halves with a time-out, to 8', () => {
    const scene = new Scene().configure().prove();
    const refill = (): void => {
      scene.offer(200);
    };
    for (let i = 0; i < 100; i += 1) {
      refill();
      scene.end('DELIVERED', 100);
    }
    refill();
    expect(scene.queue.inFlight).toBe(64);
    // A refusal is no lesson about how much it can bear.
    const endTheRest = (): void => {
      while (scene.running.length > 0) scene.endAll('HTTP_ERROR', 100);
    };
    const limits = [1, 2, 3, 4].map(() => {
      endTheRest();
      scene.offer(1);
      scene.end('TIMEOUT', 10_000);
      scene.offer(1);
      endTheRest();
      refill();
      return scene.queue.inFlight;
    });
    expect(limits).toEqual([32, 16, 8, 8]);
  });

  it('opens no more connections than are of use: to an endpoint that answers quickly, few', () => {
    const scene = new Scene().configure().prove();
    const settle = (durationMs: number): void => {
      for (let i = 0; i < 100; i += 1) {
        scene.offer(200);
        scene.end('DELIVERED', durationMs);
      }
    };
    settle(5);
    expect(scene.queue.inFlight).toBe(16);
    settle(40);
    expect(scene.queue.inFlight).toBe(40);
  });

  it.each([1, 2, 3, 10])('never has more in flight than maxConcurrency %d', (maxConcurrency) => {
    const scene = new Scene().configure({ maxConcurrency }).prove();
    scene.offer(32);
    for (let i = 0; i < 25; i += 1) {
      expect(scene.queue.inFlight).toBeLessThanOrEqual(maxConcurrency);
      scene.end();
    }
    expect(scene.queue.inFlight).toBe(Math.min(maxConcurrency, 7));
  });

  it('lowers what is in flight when maxConcurrency is set meanwhile', () => {
    const scene = new Scene().configure().prove();
    scene.offer(30);
    scene.configure({ maxConcurrency: 2 });
    while (scene.queue.inFlight > 2) scene.end();
    scene.end();
    expect(scene.queue.inFlight).toBe(2);
  });

  it('takes no more than its queue holds, and has capacity again later', () => {
    const scene = new Scene().configure();
    const taken = scene.offer(100);
    expect(taken).toBe(4 + 1);
    expect(scene.queue.hasCapacity).toBe(false);
    expect(scene.capacities.at(-1)).toBe(false);
    scene.end('HTTP_ERROR', 10_000);
    expect(scene.queue.hasCapacity).toBe(true);
    expect(scene.capacities.at(-1)).toBe(true);
  });

  it('keeps one delivery in its queue when its endpoint lets an attempt time out, the oldest, and parks the others', () => {
    const scene = new Scene().configure({ maxConcurrency: 2 }).prove();
    scene.offer(12);
    expect(scene.queue.queued).toBe(10);
    scene.end('TIMEOUT', 10_000);
    // The one that was kept has begun at once, in the place of the one that timed out.
    expect(scene.running.map(({ delivery }) => delivery.id)).toEqual(['dlv_3', 'dlv_4']);
    expect(scene.parked.map(({ id }) => id)).toEqual(['dlv_5', 'dlv_6', 'dlv_7', 'dlv_8', 'dlv_9', 'dlv_10', 'dlv_11', 'dlv_12', 'dlv_13']); // prettier-ignore
    expect(scene.queue.queued).toBe(0);
  });

  it.each([
    ['fast', 1, 1_024],
    ['slow', 5_000, 32],
  ])('of a %s endpoint queues what it works off within a second, within limits', (_, durationMs, most) => {
    const scene = new Scene().configure().prove();
    for (let i = 0; i < 60; i += 1) {
      scene.offer(1);
      scene.end('DELIVERED', durationMs);
    }
    scene.offer(5_000);
    expect(scene.queue.queued).toBe(most);
  });

  it('does not queue more than a second of its rate limit', () => {
    const scene = new Scene().configure({ rateLimitPerSecond: 100 }).prove();
    for (let i = 0; i < 60; i += 1) {
      scene.now += 10;
      scene.offer(1);
      scene.end('DELIVERED', 1);
    }
    scene.offer(1_000);
    expect(scene.queue.queued).toBe(100);
  });

  it('starts no more a second than its rate limit', async () => {
    const scene = new Scene().configure({ rateLimitPerSecond: 5 }).prove();
    await scene.pass(1_000);
    scene.started.length = 0;
    scene.offer(20);
    for (let i = 0; i < 200; i += 1) {
      await scene.pass(10);
      scene.endAll();
    }
    expect(scene.started.length).toBeGreaterThanOrEqual(10);
    expect(scene.started.length).toBeLessThanOrEqual(11);
  });

  it('refills its queue from what is parked, in order, half a queue at a time at the least', async () => {
    const scene = new Scene().configure().prove();
    for (let i = 0; i < 60; i += 1) {
      scene.offer(1);
      scene.end('DELIVERED', 5_000);
    }
    scene.started.length = 0;
    scene.store(100);
    expect(scene.queue.hasCapacity).toBe(false);
    await scene.pass(0);
    const wanted = scene.fetches[0];
    expect(wanted).toBe(32);
    while (scene.started.length < 100) {
      scene.end('DELIVERED', 5_000);
      await scene.pass(0);
    }
    expect(scene.fetches.every((count) => count >= 16)).toBe(true);
    const ids = scene.started.map(({ delivery }) => Number(delivery.id.slice(4)));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    while (scene.running.length > 0) scene.end();
    await scene.pass(0);
    expect(scene.queue.isIdle).toBe(true);
    expect(scene.queue.hasCapacity).toBe(true);
  });

  it('has new deliveries wait behind the parked ones', async () => {
    const scene = new Scene().configure();
    scene.store(1_000);
    await scene.pass(0);
    expect(scene.offer(1)).toBe(0);
  });

  it('looks again when deliveries were parked while it fetched', async () => {
    const scene = new Scene().configure();
    scene.store(1);
    // The fetch has been made, its answer is under way; what is parked now is not in it.
    scene.store(1);
    await scene.pass(0);
    await scene.pass(0);
    expect(scene.started).toHaveLength(2);
  });

  it('leaves the backlog to the sweeper when PostgreSQL is away, without asking again and again', async () => {
    const scene = new Scene().configure();
    scene.failFetches = true;
    scene.store(10);
    await scene.pass(5_000);
    expect(scene.fetches).toHaveLength(1);
    scene.failFetches = false;
    scene.queue.noteBacklog();
    scene.pump();
    await scene.pass(0);
    expect(scene.started).toHaveLength(4);
  });

  it('parks its queue and closes while another dispatcher sends to the webhook', async () => {
    const scene = new Scene().configure({ maxConcurrency: 1 }).prove();
    scene.offer(5);
    scene.configure({ maxConcurrency: 1 }, false);
    expect(scene.parked).toHaveLength(4);
    expect(scene.offer(1)).toBe(0);
    scene.store(3);
    scene.end();
    await scene.pass(0);
    expect(scene.fetches).toEqual([]);
    scene.configure({ maxConcurrency: 1 });
    await scene.pass(0);
    expect(scene.started).toHaveLength(1 + 2);
  });

  it.each<[string, Partial<WebhookTarget> | null]>([
    ['disabled', { status: 'DISABLED' }],
    ['deleted', { isDeleted: true }],
    ['gone', null],
  ])('lets everything pass when the webhook is %s: it is only to be settled', async (_, settings) => {
    const scene = new Scene().configure({ maxConcurrency: 1 }).prove();
    scene.offer(20);
    expect(scene.started).toHaveLength(1 + 1);
    if (settings) scene.configure({ maxConcurrency: 1, rateLimitPerSecond: 1, ...settings });
    else scene.queue.configure(null, { share: (limit) => limit, isHome: true });
    scene.pump();
    expect(scene.started).toHaveLength(1 + 20);
    scene.store(40);
    await scene.pass(0);
    scene.endAll('NOT_SENT', 0);
    await scene.pass(0);
    scene.endAll('NOT_SENT', 0);
    expect(scene.backlog).toHaveLength(0);
  });

  it('gives back what it has not started', () => {
    const scene = new Scene().configure();
    scene.prove().offer(18);
    expect(scene.queue.empty().map(({ id }) => id)).toEqual(['dlv_19']);
    expect(scene.queue.queued).toBe(0);
  }); // prettier-ignore

  it('waits for a slot and goes on when there is one', () => {
    const scene = new Scene({ responsive: 2, untried: 1, probing: 0, unresponsive: 0 }).configure().prove();
    scene.offer(4);
    expect(scene.started).toHaveLength(1 + 2);
    scene.end();
    scene.end();
    expect(scene.started).toHaveLength(1 + 4);
    scene.endAll();
    expect(scene.slots.inUse).toBe(0);
  });

  it('has a slot of its own kind for the attempt that tells of an unknown endpoint', () => {
    const scene = new Scene({ responsive: 1_000, untried: 1, probing: 0, unresponsive: 1_000 }).configure();
    scene.offer(2);
    expect(scene.started.map(({ trust }) => trust)).toEqual(['untried']);
    scene.end();
    expect(scene.started.map(({ trust }) => trust)).toEqual(['untried', 'responsive']);
  });

  it.each<[string, (scene: Scene) => void]>([
    ['an endpoint that has answered', (scene) => scene.prove()],
    ['one that never has', () => undefined],
  ])('uses the slots of unresponsive endpoints from a time-out of %s until it answers', (_, before) => {
    const scene = new Scene().configure();
    before(scene);
    scene.offer(1);
    scene.end('TIMEOUT', 10_000);
    scene.offer(1);
    expect(scene.started.at(-1)!.trust).toBe('unresponsive');
    scene.end('DELIVERED');
    scene.offer(1);
    expect(scene.started.at(-1)!.trust).toBe('responsive');
  });

  it.each<[string, number, number]>([
    ['quick', 10, 1_000],
    ['slow', 3_000, 9_000],
  ])(
    'uses the slots of unresponsive endpoints while a %s endpoint is silent for long, and no others',
    (_, durationMs, silentMs) => {
      const scene = new Scene().configure();
      for (let i = 0; i < 20; i += 1) {
        scene.offer(1);
        scene.end('DELIVERED', durationMs);
      }
      const trust = (): string => {
        scene.offer(1);
        return scene.started.at(-1)!.trust;
      };
      trust(); // waited for from now on
      scene.now += silentMs;
      expect(trust()).toBe('responsive');
      scene.now += 4_000;
      expect(trust()).toBe('unresponsive');
      scene.end('HTTP_ERROR', durationMs);
      expect(trust()).toBe('responsive');
      scene.endAll();
      scene.now += 60_000;
      expect(trust()).toBe('responsive');
    },
  );

  it('keeps nobody waiting for what is only to be settled, whatever its endpoint was like', () => {
    const scene = new Scene({ responsive: 1_000, untried: 1, probing: 0, unresponsive: 0 }).configure();
    scene.offer(1);
    scene.end('TIMEOUT', 10_000);
    scene.configure({ status: 'DISABLED' });
    scene.offer(20);
    expect(scene.started).toHaveLength(21);
  });

  it('is idle only when nothing is queued, in flight, parked or broken', async () => {
    const scene = new Scene().configure();
    expect(scene.queue.isIdle).toBe(true);
    scene.offer(1);
    expect(scene.queue.isIdle).toBe(false);
    scene.end();
    expect(scene.queue.isIdle).toBe(true);
    scene.store(1);
    expect(scene.queue.isIdle).toBe(false);
    await scene.pass(0);
    scene.end('TIMEOUT', 10_000);
    expect(scene.queue.isIdle).toBe(false);
  });
});

describe('the queue of an endpoint with an open circuit', () => {
  it('parks its queue, takes nothing, and says so', async () => {
    const scene = new Scene().configure();
    await scene.silence();
    expect(scene.circuits).toEqual(['OPEN']);
    expect(scene.queue.hasCapacity).toBe(false);
    expect(scene.offer(1)).toBe(0);
  });

  it('sends one probe from the parked when it is due, and opens when it is answered', async () => {
    const scene = new Scene().configure();
    await scene.silence();
    scene.started.length = 0;
    scene.store(50);
    await scene.pass(9_900);
    expect(scene.fetches).toEqual([]);
    await scene.pass(200);
    expect(scene.fetches).toEqual([1]);
    expect(scene.started).toHaveLength(1);
    expect(scene.queue.circuit.state).toBe('HALF_OPEN');
    await scene.pass(5_000);
    expect(scene.started).toHaveLength(1);
    scene.end('DELIVERED');
    await scene.pass(0);
    expect(scene.circuits.at(-1)).toBe('CLOSED');
    expect(scene.started.length).toBeGreaterThan(4);
  });

  it('stays open when the probe is silent, and probes again after twice the wait', async () => {
    const scene = new Scene().configure();
    await scene.silence();
    scene.store(50);
    await scene.pass(10_100);
    scene.started.length = 0;
    await scene.pass(10_000);
    scene.end('TIMEOUT', 10_000);
    expect(scene.circuits).toEqual(['OPEN', 'OPEN']);
    await scene.pass(9_800);
    expect(scene.started).toHaveLength(0);
    await scene.pass(300);
    expect(scene.started).toHaveLength(1);
    scene.end('TIMEOUT', 10_000);
    scene.started.length = 0;
    await scene.pass(19_800);
    expect(scene.started).toHaveLength(0);
    await scene.pass(300);
    expect(scene.started).toHaveLength(1);
  });

  it('closes by hand, and sends at once', async () => {
    const scene = new Scene().configure();
    await scene.silence();
    scene.store(20);
    scene.started.length = 0;
    scene.queue.hear({ circuit: 'CLOSED' });
    scene.pump();
    await scene.pass(0);
    expect(scene.queue.circuit.state).toBe('CLOSED');
    expect(scene.started.length).toBeGreaterThan(0);
  });

  it('keeps to its rate limit after it was closed by hand, and does not wait for the probe that was planned', async () => {
    const scene = new Scene().configure({ rateLimitPerSecond: 2 });
    await scene.silence();
    scene.store(20); // plans a wake-up for the probe
    await scene.pass(100);
    scene.started.length = 0;
    scene.queue.hear({ circuit: 'CLOSED' });
    scene.pump();
    for (let i = 0; i < 30; i += 1) {
      await scene.pass(100);
      scene.endAll();
    }
    expect(scene.started.length).toBeGreaterThanOrEqual(6);
    expect(scene.started.length).toBeLessThanOrEqual(7);
  });

  it('that was opened before this process knew the webhook is probed at once', async () => {
    const scene = new Scene().configure({ circuitIsOpen: true });
    expect(scene.offer(1)).toBe(0);
    scene.store(5);
    await scene.pass(0);
    expect(scene.started).toHaveLength(1);
    expect(scene.queue.circuit.state).toBe('HALF_OPEN');
  });

  it('probes again when the dispatcher handed its probe back while it waited for a slot', async () => {
    const scene = new Scene({ responsive: 1_000, untried: 1_000, probing: 1_000, unresponsive: 0 }).configure({ circuitIsOpen: true, maxConcurrency: 5 }); // prettier-ignore
    scene.store(5);
    await scene.pass(0);
    expect(scene.started).toHaveLength(0);
    scene.configure({ maxConcurrency: 5 }, false);
    expect(scene.parked).toHaveLength(1);
    scene.configure({ maxConcurrency: 5 });
    await scene.pass(0);
    expect(scene.fetches).toEqual([1, 1]);
  });

  it('lets the deliveries of a webhook that is disabled meanwhile be settled', async () => {
    const scene = new Scene().configure();
    await scene.silence();
    scene.store(20);
    scene.started.length = 0;
    scene.configure({ status: 'DISABLED' });
    await scene.pass(0);
    expect(scene.started).toHaveLength(20);
  });
});

describe('the queue of an endpoint that others know of', () => {
  it('starts nothing while the endpoint is held, parks what waits, and continues at that time', async () => {
    const scene = new Scene().configure({ maxConcurrency: 1 }).prove();
    scene.offer(4);
    scene.queue.hold(2_500);
    scene.pump();
    expect(scene.parked).toHaveLength(3);
    expect(scene.offer(1)).toBe(0);
    scene.endAll();
    scene.store(3);
    scene.started.length = 0;
    await scene.pass(2_400);
    expect([scene.started.length, scene.fetches.length]).toEqual([0, 0]);
    await scene.pass(150);
    expect(scene.started).toHaveLength(1);
  });

  it('keeps the later of two holds', async () => {
    const scene = new Scene().configure().prove();
    scene.queue.hold(3_000);
    scene.queue.hold(1_000);
    scene.store(1);
    scene.started.length = 0;
    await scene.pass(2_900);
    expect(scene.started).toHaveLength(0);
    await scene.pass(150);
    expect(scene.started).toHaveLength(1);
  });

  it('parks what waits while the webhook is paused, and continues when it is active again', async () => {
    const scene = new Scene().configure({ maxConcurrency: 1 }).prove();
    scene.offer(4);
    scene.configure({ maxConcurrency: 1, status: 'PAUSED' });
    expect(scene.parked).toHaveLength(3);
    scene.endAll();
    scene.store(3);
    await scene.pass(60_000);
    expect(scene.fetches).toEqual([]);
    scene.started.length = 0;
    scene.configure({ maxConcurrency: 1 });
    await scene.pass(0);
    expect(scene.started).toHaveLength(1);
  });

  it('ignores settings that are older than the present ones', () => {
    const scene = new Scene().configure({ version: 7, maxConcurrency: 1 });
    scene.configure({ version: 6, maxConcurrency: 50 });
    expect(scene.queue.settings).toMatchObject({ version: 7, maxConcurrency: 1 });
    scene.configure({ version: 8, maxConcurrency: 2 });
    expect(scene.queue.settings).toMatchObject({ version: 8, maxConcurrency: 2 });
  });

  it('sends no more than this dispatcher’s part of every limit', () => {
    const scene = new Scene().configure({}, true, (limit) => Math.floor(limit / 4));
    scene.offer(30);
    expect(scene.queue.inFlight).toBe(1);
    scene.end();
    scene.offer(30);
    expect(scene.queue.inFlight).toBe(4);
  });

  it('leaves everything to others while its part is nothing', () => {
    const scene = new Scene().configure({}, false, () => 0);
    expect(scene.queue.ownedByAnotherDispatcher).toBe(true);
    expect(scene.offer(1)).toBe(0);
    scene.store(5);
    expect(scene.fetches).toEqual([]);
  });

  it('never sends a probe that another dispatcher sends', async () => {
    const scene = new Scene().configure({}, false).prove();
    scene.queue.hear({ circuit: 'OPEN' });
    scene.store(5);
    scene.started.length = 0;
    await scene.pass(120_000);
    expect(scene.started).toEqual([]);
    scene.queue.hear({ circuit: 'CLOSED' });
    scene.pump();
    await scene.pass(0);
    expect(scene.started).toHaveLength(5);
  });

  it('takes what another dispatcher found silent for unresponsive until it responds', () => {
    const scene = new Scene().configure().prove();
    scene.queue.hear({ isSilent: true });
    scene.offer(1);
    expect(scene.started.at(-1)!.trust).toBe('unresponsive');
    scene.end();
    scene.offer(1);
    expect(scene.started.at(-1)!.trust).toBe('responsive');
  });

  it('reports a silence and its end once each', () => {
    const scene = new Scene().configure().prove();
    for (const outcome of ['TIMEOUT', 'TIMEOUT', 'HTTP_ERROR', 'DELIVERED'] as const) {
      scene.offer(1);
      scene.end(outcome);
    }
    expect(scene.silences).toEqual([true, false]);
    scene.offer(1);
    scene.now += 5_000;
    expect([scene.queue.takeSilence(), scene.queue.takeSilence()]).toEqual([true, false]);
  });

  it('shares the slots of its host with the account’s other endpoints', () => {
    const scene = new Scene(undefined, (limit) => Math.min(limit, 3)).configure().prove();
    scene.offer(10);
    expect(scene.queue.inFlight).toBe(3);
  });
});
