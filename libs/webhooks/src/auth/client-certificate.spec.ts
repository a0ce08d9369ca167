import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authErrors } from './auth-errors';
import { authMisfits } from './auth-misfits';
import { expiryWarning } from './client-certificate';
import { isShownOf, shownAuth } from './shown-auth';
import type { MtlsAuth } from './webhook-auth';

const DAY_MS = 86_400_000;

/** A certificate that is valid for 40 days. */
function client(): MtlsAuth {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '40', '-subj', '/O=Acme/CN=client'],
    { stdio: 'pipe' },
  ); // prettier-ignore
  const [key, certificate] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  rmSync(folder, { recursive: true });
  return { type: 'MTLS', certificate, key };
}

describe('a client certificate', () => {
  const one = client();
  const other = client();

  it('is accepted with its key, and with an authority', () => {
    expect(authErrors(one)).toEqual([]);
    expect(authErrors({ ...one, ca: other.certificate })).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['the key of another one', { ...one, key: other.key }, 'auth.key'],
    ['text in place of a key', { ...one, key: 'secret' }, 'auth.key'],
    ['a key in place of a certificate', { ...one, certificate: one.key }, 'auth.certificate'],
    ['text in place of an authority', { ...one, ca: 'secret' }, 'auth.ca'],
    ['more than a chain', { ...one, certificate: one.certificate.repeat(40) }, 'auth.certificate'],
    ['no key', { type: 'MTLS', certificate: one.certificate }, 'auth.key'],
    ['a token', { ...one, token: 'secret' }, 'auth.token'],
  ])('is rejected with %s', (_, auth, path) => {
    const errors = authErrors(auth);
    expect(errors.map((error) => error.path)).toEqual([path]);
    expect(JSON.stringify(errors)).not.toMatch(/secret|BEGIN/);
  });

  it('needs TLS, and may be beside an Authorization header', () => {
    expect(authMisfits({ type: 'HTTP', url: 'http://example.com' }, {}, one)[0].path).toBe('auth');
    expect(authMisfits({ type: 'CUSTOM', url: 'https://example.com' }, { Authorization: 'x' }, one)).toEqual(
      [],
    );
  });

  it('is shown by subject and expiry, never with its key, and warned about 30 days before it expires', () => {
    const shown = shownAuth(one);
    if (shown.type !== 'MTLS') throw new Error('not shown as MTLS');
    expect(shown).toMatchObject({ certificate: { subject: 'O=Acme, CN=client' }, hasCa: false });
    expect(JSON.stringify(shown)).not.toContain('BEGIN');
    const expiresAt = Date.parse(shown.certificate.expiresAt);
    expect(expiryWarning(shown.certificate, expiresAt - 31 * DAY_MS)).toBeNull();
    expect(expiryWarning(shown.certificate, expiresAt - 29 * DAY_MS)).toMatch(/less than 30 days/);
    expect(expiryWarning(shown.certificate, expiresAt + 1)).toMatch(/expired/);
    expect(isShownOf({ ...shown, warning: 'expires soon' }, one)).toBe(true);
  }); // prettier-ignore
});
