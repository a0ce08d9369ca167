import { Slots, type SlotWaiter, type Standing } from './slots';

/** Wants a slot for each of its works, and keeps those it gets. */
class Waiter implements SlotWaiter {
  started = 0;

  constructor(
    private readonly slots: Slots,
    public wants: number,
    public standing: Standing = 'proven',
    private readonly log: string[] = [],
    private readonly name = '',
  ) {}

  pump(): void {
    while (this.wants > 0) {
      if (!this.slots.take(this.standing, this)) return;
      this.wants -= 1;
      this.started += 1;
      this.log.push(this.name);
    }
  }
}

const sizes = { proven: 2, newcomer: 2, unproven: 2, suspect: 2 };

describe('sending slots', () => {
  it.each<[Standing, Standing[]]>([
    ['suspect', ['proven', 'newcomer', 'unproven']],
    ['newcomer', ['proven', 'unproven', 'suspect']],
    ['unproven', ['proven', 'newcomer', 'suspect']],
    ['proven', ['newcomer', 'unproven', 'suspect']],
  ])('of %s endpoints may be used up without touching the others', (standing, others) => {
    const slots = new Slots(sizes);
    const greedy = new Waiter(slots, 1_000, standing);
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
    const slots = new Slots(sizes);
    const log: string[] = [];
    const waiters = ['a', 'b', 'c'].map((name) => new Waiter(slots, 100, 'proven', log, name));
    for (const waiter of waiters) waiter.pump();
    expect(log.splice(0)).toEqual(['a', 'a']);
    for (let i = 0; i < 7; i += 1) slots.release('proven');
    // b and c have had none yet; a asked first, and asks again after its turn.
    expect(log).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  it('starve nobody, however much another wants', () => {
    const slots = new Slots(sizes);
    const greedy = new Waiter(slots, 1_000_000);
    greedy.pump();
    const modest = Array.from({ length: 50 }, () => new Waiter(slots, 1));
    for (const waiter of modest) waiter.pump();
    for (let i = 0; i < 51; i += 1) slots.release('proven');
    expect(modest.every(({ started }) => started === 1)).toBe(true);
  });

  it('are not lost to one who waited and has nothing to do any more', () => {
    const slots = new Slots({ ...sizes, proven: 1 });
    new Waiter(slots, 1).pump();
    const gone = new Waiter(slots, 1);
    const next = new Waiter(slots, 1);
    gone.pump();
    next.pump();
    gone.wants = 0;
    slots.release('proven');
    expect(next.started).toBe(1);
  });

  it('are not lost to one whose standing has changed while it waited', () => {
    const slots = new Slots({ ...sizes, proven: 1 });
    new Waiter(slots, 1).pump();
    const changed = new Waiter(slots, 1);
    const next = new Waiter(slots, 1);
    changed.pump();
    next.pump();
    changed.standing = 'suspect';
    slots.release('proven');
    expect([changed.started, next.started]).toEqual([1, 1]);
    expect(slots.inUse).toBe(2);
  });

  it('are all free again at the end', () => {
    const slots = new Slots(sizes);
    const waiters = Array.from({ length: 5 }, () => new Waiter(slots, 3));
    for (const waiter of waiters) waiter.pump();
    for (let i = 0; i < 15; i += 1) slots.release('proven');
    expect(waiters.map(({ started }) => started)).toEqual([3, 3, 3, 3, 3]);
    expect(slots.inUse).toBe(0);
  });

  it('of suspects begin a few at a time, so that their time-outs come a few at a time', () => {
    jest.useFakeTimers();
    try {
      const slots = new Slots({ ...sizes, suspect: 100 });
      const waiters = Array.from({ length: 200 }, () => new Waiter(slots, 1, 'suspect'));
      const started = (): number => waiters.reduce((sum, waiter) => sum + waiter.started, 0);
      for (const waiter of waiters) waiter.pump();
      expect(started()).toBe(16);
      slots.release('suspect');
      expect(started()).toBe(16);
      jest.advanceTimersByTime(124);
      expect(started()).toBe(16);
      const counts = [1, 125, 125, 125, 125, 125, 125].map((ms) => {
        jest.advanceTimersByTime(ms);
        return started();
      });
      expect(counts).toEqual([32, 48, 64, 80, 96, 101, 101]);
      expect(waiters.slice(0, 101).every((waiter) => waiter.started === 1)).toBe(true);
      // Who comes after a pause need not wait.
      jest.advanceTimersByTime(125);
      slots.release('suspect');
      expect(started()).toBe(102);
      expect(jest.getTimerCount()).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });
});
