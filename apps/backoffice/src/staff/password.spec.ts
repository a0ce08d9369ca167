import { hashPassword, passwordRefusal, verifyPassword } from './password';

describe('passwords of staff', () => {
  it('should accept the password that was hashed, and no other', async () => {
    const hash = await hashPassword('a long enough password');
    expect(hash).toMatch(/^scrypt\$15\$8\$1\$/);
    expect(hash).not.toContain('password');
    expect(await verifyPassword('a long enough password', hash)).toBe(true);
    expect(await verifyPassword('a long enough passworD', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('should hash the same password differently each time', async () => {
    expect(await hashPassword('a long enough password')).not.toBe(
      await hashPassword('a long enough password'),
    );
  });

  it('should not accept anything for a hash that is broken', async () => {
    for (const broken of ['', 'scrypt$15$8$1', 'md5$1$2$3$4$5'])
      expect(await verifyPassword('x', broken)).toBe(false);
  });

  it.each([
    ['short', 'Take at least 12 characters.'],
    ['x'.repeat(201), 'Take at most 200 characters.'],
    ['the present one', 'Take another one than the present password.'],
    ['ada is my name 1', 'Leave your e-mail address out of it.'],
    ['aaaaaaaaaaaaaaa', 'Take more different characters.'],
    ['correct horse battery', null],
  ])('"%s" as a new password: %s', (password, refusal) => {
    expect(passwordRefusal(password, 'ada@skipcalls.example', 'the present one')).toBe(refusal);
  });
});
