import { generateKey, hashOfKey, hintOfKey, isWellFormedKey } from './api-key';

describe('API keys', () => {
  it('are found by a scanner: prefix, 32 characters, checksum of 6', () => {
    expect(generateKey()).toMatch(/^skc_live_[0-9A-Za-z]{38}$/);
  });

  it('are well formed, each one another', () => {
    const keys = Array.from({ length: 1_000 }, generateKey);
    expect(keys.every(isWellFormedKey)).toBe(true);
    expect(new Set(keys).size).toBe(1_000);
  });

  it('stay valid: the checksum of a known key', () => {
    expect(isWellFormedKey('skc_live_bcI2U8lYcJGAYhMZ1rcLtgW9Y44yFfko1bKKG5')).toBe(true);
  });

  it('with any one character mistyped are refused without a query', () => {
    const key = generateKey();
    for (let i = 0; i < key.length; i++) {
      const mistyped = key.slice(0, i) + (key[i] === 'x' ? 'y' : 'x') + key.slice(i + 1);
      expect([mistyped, isWellFormedKey(mistyped)]).toEqual([mistyped, false]);
    }
  });

  it.each([
    [''],
    ['skc_live_'],
    ['Bearer x'],
    [generateKey() + '0'],
    [generateKey().slice(1)],
    [generateKey().toUpperCase()],
    [` ${generateKey()}`],
  ])('refuses %p', (text) => expect(isWellFormedKey(text)).toBe(false));

  it('are told apart by a hint that does not give them away', () => {
    const key = generateKey();
    expect(hintOfKey(key)).toBe(`skc_live_…${key.slice(-4)}`);
  });

  it('are stored as a SHA-256 digest', () => {
    expect(hashOfKey('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
