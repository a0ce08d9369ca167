import { generateTotpSecret, matchTotp, totpCode } from './totp';

/** RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('one-time codes', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ])('at %i s they are those of RFC 6238', (seconds, code) => {
    expect(totpCode(RFC_SECRET, Math.floor(seconds / 30))).toBe(code);
  });

  it('should accept a clock that is half a minute off, and none that is more', () => {
    const secret = generateTotpSecret();
    const now = new Date('2026-11-24T10:00:15Z');
    const step = Math.floor(now.getTime() / 30_000);
    const accepted = [-2, -1, 0, 1, 2].filter(
      (off) => matchTotp(secret, totpCode(secret, step + off), now, null) !== null,
    );
    expect(accepted).toEqual([-1, 0, 1]);
  });

  it('should not accept a code a second time, nor an older one after it', () => {
    const secret = generateTotpSecret();
    const now = new Date('2026-11-24T10:00:15Z');
    const step = Math.floor(now.getTime() / 30_000);
    expect(matchTotp(secret, totpCode(secret, step), now, step)).toBeNull();
    expect(matchTotp(secret, totpCode(secret, step - 1), now, step)).toBeNull();
  });

  it('should not accept what is no code', () => {
    for (const code of ['', '12345', 'abcdef', '1234567'])
      expect(matchTotp(RFC_SECRET, code, new Date(), null)).toBeNull();
  });
});
