import { type EndpointTrust, SendingSlots } from './sending-slots';

type Slots = SendingSlots<Waiter>;

/** Wants a slot for each of its works, and keeps those it gets. */
class Waiter {
  started = 0;

  constructor(
    private readonly slots: Slots,
    public wants: number,
    public trust: EndpointTrust = 'responsive',
    private readonly log: string[] = [],
    private readonly name = '',
  ) {}

  pump(): void {
    while (this.wants > 0) {
      if (!this.slots.take(this.trust, this)) return;
      this.wants -= 1;
      this.started += 1;
      this.log.push(this.name);
    }
  }
}

const slotsOf = (sizes: Record<EndpointTrust, number>): Slots => new SendingSlots(sizes, () => Date.now());

function pumpWaiting(slots: Slots, trust: EndpointTrust): void {
  for (let next = slots.nextWaiting(trust); next; next = slots.nextWaiting(trust)) next.pump();
}

/** As the engine does at the end of an attempt. */
function release(slots: Slots, trust: EndpointTrust): void {
  slots.release(trust);
  pumpWaiting(slots, trust);
}

const sizes = { responsive: 2, untried: 2, probing: 2, unresponsive: 2 };

describe('sending slots', () => {
  it.each<[EndpointTrust, EndpointTrust[]]>([
    ['unresponsive', ['responsive', 'untried', 'probing']],
    ['untried', ['responsive', 'probing', 'unresponsive']],
    ['probing', ['responsive', 'untried', 'unresponsive']],
    ['responsive', ['untried', 'probing', 'unresponsive']],
  ])('of %s endpoints may be used up without touching the others', (trust, others) => {
    const slots = slotsOf(sizes);
    const greedy = new Waiter(slots, 1_000, trust);
    greedy.pump();
    expect(greedy.started).toBe(2);
    for (const other of others) {
      const waiter = new Waiter(slots, 2, other);
      waiter.pump();
      expect(waiter.started).toBe(2);
    }
    expect(slots.inUse).toBe(8);
  });

  it('go to those who wait in turn, one each', () => {
    const slots = slotsOf(sizes);
    const log: string[] = [];
    const waiters = ['a', 'b', 'c'].map((name) => new Waiter(slots, 100, 'responsive', log, name));
    for (const waiter of waiters) waiter.pump();
    expect(log.splice(0)).toEqual(['a', 'a']);
    for (let i = 0; i < 7; i += 1) release(slots, 'responsive');
    // b and c have had none yet; a asked first, and asks again after its turn.
    expect(log).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  it('starve nobody, however much another wants', () => {
    const slots = slotsOf(sizes);
    const greedy = new Waiter(slots, 1_000_000);
    greedy.pump();
    const modest = Array.from({ length: 50 }, () => new Waiter(slots, 1));
    for (const waiter of modest) waiter.pump();
    for (let i = 0; i < 51; i += 1) release(slots, 'responsive');
    expect(modest.every(({ started }) => started === 1)).toBe(true);
  });

  it('are not lost to one who waited and has nothing to do any more', () => {
    const slots = slotsOf({ ...sizes, responsive: 1 });
    new Waiter(slots, 1).pump();
    const gone = new Waiter(slots, 1);
    const next = new Waiter(slots, 1);
    gone.pump();
    next.pump();
    gone.wants = 0;
    release(slots, 'responsive');
    expect(next.started).toBe(1);
  });

  it('are not lost to one whose trust has changed while it waited', () => {
    const slots = slotsOf({ ...sizes, responsive: 1 });
    new Waiter(slots, 1).pump();
    const changed = new Waiter(slots, 1);
    const next = new Waiter(slots, 1);
    changed.pump();
    next.pump();
    changed.trust = 'unresponsive';
    release(slots, 'responsive');
    expect([changed.started, next.started]).toEqual([1, 1]);
    expect(slots.inUse).toBe(2);
  });

  it('are all free again at the end', () => {
    const slots = slotsOf(sizes);
    const waiters = Array.from({ length: 5 }, () => new Waiter(slots, 3));
    for (const waiter of waiters) waiter.pump();
    for (let i = 0; i < 15; i += 1) release(slots, 'responsive');
    expect(waiters.map(({ started }) => started)).toEqual([3, 3, 3, 3, 3]);
    expect(slots.inUse).toBe(0);
  });

  it('of unresponsive endpoints begin a few at a time, so that their time-outs come a few at a time', () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const slots = slotsOf({ ...sizes, unresponsive: 100 });
      const waiters = Array.from({ length: 200 }, () => new Waiter(slots, 1, 'unresponsive'));
      const started = (): number => waiters.reduce((sum, waiter) => sum + waiter.started, 0);
      const pass = (ms: number): void => {
        jest.advanceTimersByTime(ms);
        pumpWaiting(slots, 'unresponsive');
      };
      for (const waiter of waiters) waiter.pump();
      expect(started()).toBe(16);
      release(slots, 'unresponsive');
      expect(started()).toBe(16);
      pass(124);
      expect(started()).toBe(16);
      const counts = [1, 125, 125, 125, 125, 125, 125].map((ms) => {
        pass(ms);
        return started();
      });
      expect(counts).toEqual([32, 48, 64, 80, 96, 101, 101]);
      expect(waiters.slice(0, 101).every((waiter) => waiter.started === 1)).toBe(true);
      // Who comes after a pause need not wait.
      pass(125);
      release(slots, 'unresponsive');
      expect(started()).toBe(102);
    } finally {
      jest.useRealTimers();
    }
  });
});
