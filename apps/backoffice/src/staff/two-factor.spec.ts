import { acceptedStep, newRecoveryCodes, newTotpSecret, recoveryCodeHash, totpLink } from './two-factor';

const AT = new Date('2026-11-24T10:00:15Z');
const STEP = Math.floor(AT.getTime() / 30_000);

describe('two-factor codes', () => {
  let secret: string;
  let codeAt: (step: number) => string;

  beforeAll(async () => {
    secret = await newTotpSecret();
    const { generateSync } = await import('otplib');
    codeAt = (step) => generateSync({ secret, epoch: step * 30 });
  });

  it.each([
    ['081804', 1111111109, 37037036],
    ['279037', 2000000000, 66666666],
  ])('should be those of RFC 6238, appendix B: %s', async (code, seconds, step) => {
    // The secret is the ASCII text 12345678901234567890.
    const rfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(await acceptedStep(rfc, code, null, new Date(seconds * 1_000))).toBe(step);
  });

  it.each([
    [-2, null],
    [-1, STEP - 1],
    [0, STEP],
    [1, STEP + 1],
    [2, null],
  ])('should be accepted from a clock that is half a minute off, and from none that is more: %i', async (off, step) => {
    expect(await acceptedStep(secret, codeAt(STEP + off), null, AT)).toBe(step);
  }); // prettier-ignore

  it('should not be accepted a second time, nor an older one after a newer one', async () => {
    expect(await acceptedStep(secret, codeAt(STEP), STEP - 1, AT)).toBe(STEP);
    expect(await acceptedStep(secret, codeAt(STEP), STEP, AT)).toBeNull();
    expect(await acceptedStep(secret, codeAt(STEP - 1), STEP, AT)).toBeNull();
  });

  it.each(['', '12345', 'abcdef', '1234567', '١٢٣٤٥٦', '12345\0'])('should not be %j', async (code) => {
    expect(await acceptedStep(secret, code, null, AT)).toBeNull();
  });

  it('should be set up by a link that authenticator apps open', async () => {
    expect(await totpLink(secret, 'ada@skipcalls.example')).toBe(
      `otpauth://totp/SkipCalls%20Backoffice:ada%40skipcalls.example?secret=${secret}&issuer=SkipCalls%20Backoffice`,
    );
  });
});

describe('recovery codes', () => {
  it('should be ten different ones in a form that people can type', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[2-9a-hj-km-np-z]{4}(-[2-9a-hj-km-np-z]{4}){3}$/);
  });

  it('should be hashed for one person, whatever the case and dashes', () => {
    const [code] = newRecoveryCodes();
    const hash = recoveryCodeHash('stf_1', code);
    expect(recoveryCodeHash('stf_1', ` ${code.toUpperCase().replaceAll('-', ' ')} `)).toEqual(hash);
    expect(recoveryCodeHash('stf_2', code)).not.toEqual(hash);
    expect(hash?.toString('latin1')).not.toContain(code.slice(0, 4));
  });

  it.each(['', '123456', 'abcd-efgh-jkmn', 'abcd-efgh-jkmn-pqr1'])('should not be %j', (code) => {
    expect(recoveryCodeHash('stf_1', code)).toBeNull();
  });
});
