import { firstIdAt, fromUuid, isId, newId, timeOf, toUuid, uuidv7 } from './ids';

describe('ids', () => {
  it('are UUIDs of version 7 (RFC 9562) behind their prefix', () => {
    expect(newId('evt')).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('of one process are in the order they were made, and never the same', () => {
    const ids = Array.from({ length: 100_000 }, () => uuidv7());
    expect(new Set(ids).size).toBe(100_000);
    expect(ids.every((id, i) => i === 0 || id > ids[i - 1])).toBe(true);
  });

  it('stay in order when the clock goes back', () => {
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now');
    const ids = [0, 5, -60_000, -60_000, 3, 6].map((shift) => {
      clock.mockReturnValue(now + 10_000 + shift);
      return uuidv7();
    });
    clock.mockRestore();
    expect([...ids].sort()).toEqual(ids);
  });

  it('tell when they were made', () => {
    const now = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
    const id = newId('dlv');
    clock.mockRestore();
    expect(timeOf(id)).toEqual(new Date(now));
    expect(timeOf(toUuid(id))).toEqual(new Date(now));
    expect(firstIdAt('dlv', new Date(now)) <= id).toBe(true);
    expect(firstIdAt('dlv', new Date(now + 1)) > id).toBe(true);
  });

  it('lose and regain their prefix', () => {
    const id = newId('whk');
    expect(fromUuid('whk', toUuid(id))).toBe(id);
  });

  it.each([
    ['evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', true],
    ['dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', false],
    ['0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', false],
    ['evt_0199A3C2-7D1E-7C55-9C2F-0C6F3F8A1B22', false],
    ['evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b2', false],
    ['evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22\n', false],
    ["evt_' or 1=1 --", false],
    ['', false],
    [null, false],
    [{}, false],
  ])('%j is an event’s id: %s', (text, is) => expect(isId('evt', text)).toBe(is));
});
