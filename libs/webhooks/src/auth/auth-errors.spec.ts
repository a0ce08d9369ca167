import { authErrors } from './auth-errors';
import { authMisfits } from './auth-misfits';
import { isShownOf, shownAuth } from './shown-auth';
import type { WebhookAuth } from './webhook-auth';

const errorsOf = (auth: unknown) => authErrors(auth);
const pathsOf = (auth: unknown) => errorsOf(auth).map(({ path }) => path);

const HTTP = { type: 'HTTP', url: 'https://example.com' } as const;
const SLACK = { type: 'SLACK', url: 'https://example.com' } as const;
const BEARER: WebhookAuth = { type: 'BEARER', token: 'top-secret' };
const BASIC: WebhookAuth = { type: 'BASIC', username: 'ada', password: 'top secret ☃' };

describe('the authentication of a webhook', () => {
  it.each([BEARER, BASIC])('accepts %j', (auth) => expect(errorsOf(auth)).toEqual([]));

  it.each<[unknown, string[]]>([
    [[], ['auth']],
    ['Bearer x', ['auth']],
    [{}, ['auth.type']],
    [{ type: 'bearer', token: 'x' }, ['auth.type']],
    [{ type: '__proto__' }, ['auth.type']],
    [{ type: 'BEARER' }, ['auth.token']],
    [{ type: 'BEARER', token: '' }, ['auth.token']],
    [{ type: 'BEARER', token: 7 }, ['auth.token']],
    [{ type: 'BEARER', token: 'two words' }, ['auth.token']],
    [{ type: 'BEARER', token: 'a\r\nX-Evil: 1' }, ['auth.token']],
    [{ type: 'BEARER', token: 'größe' }, ['auth.token']],
    [{ type: 'BEARER', token: 'x'.repeat(4_097) }, ['auth.token']],
    [{ ...BEARER, username: 'ada' }, ['auth.username']],
    [{ type: 'BASIC', username: 'a:b', password: 'c\n' }, ['auth.username', 'auth.password']],
    [{ type: 'BASIC', username: 'ada' }, ['auth.password']],
  ])('rejects %j by its path', (auth, paths) => {
    expect(pathsOf(auth)).toEqual(paths);
  });

  it('never repeats a value in an error', () => {
    const errors = errorsOf({ type: 'BASIC', username: 'top:secret', password: 'top\nsecret', token: 'top-secret' });
    expect(errors).toHaveLength(3);
    expect(JSON.stringify(errors)).not.toMatch(/top|secret/);
  }); // prettier-ignore

  it.each([BEARER, BASIC])('is shown without its secrets: %j', (auth) => {
    expect(JSON.stringify(shownAuth(auth))).not.toMatch(/top.secret/);
    expect(isShownOf(shownAuth(auth), auth)).toBe(true);
    expect(isShownOf(auth, auth)).toBe(false);
  });

  it('cannot be beside a custom header that it would replace, nor on a chat webhook', () => {
    expect(authMisfits(HTTP, { AUTHORIZATION: 'x' }, BEARER)[0].path).toBe('headers.AUTHORIZATION');
    expect(authMisfits(SLACK, {}, BASIC)[0].path).toBe('auth');
    expect(authMisfits(HTTP, { 'X-Api-Key': 'x' }, BASIC)).toEqual([]);
    expect(authMisfits(SLACK, {}, null)).toEqual([]);
  });
});
