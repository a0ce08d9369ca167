import { maskHeaders, type CustomHeaders } from './custom-headers';
import { movesToAnotherHost, movingErrors, storedHeaders } from './moving-credentials';

describe('a new URL', () => {
  it.each([
    ['https://crm.example.com/a', 'https://crm.example.com/b?c=1', false],
    ['https://crm.example.com/', 'HTTPS://CRM.example.com:443/', false],
    ['http://crm.example.com/', 'https://crm.example.com/', false],
    ['https://crm.example.com/', 'http://crm.example.com/', true],
    ['https://crm.example.com/', 'https://crm.example.com:8443/', true],
    ['https://crm.example.com/', 'https://evil.example.com/', true],
    ['https://crm.example.com/', 'https://crm.example.com.evil.example/', true],
    ['https://crm.example.com/', 'mailto:a@example.com', true],
  ])('after %s, %s is another host: %s', (from, to, expected) =>
    expect(movesToAnotherHost(from, to)).toBe(expected),
  );
});

describe('custom headers of a webhook that moves', () => {
  const stored = { 'X-Api-Key': 'a-key-that-is-long', Authorization: 'short' };
  const masked = maskHeaders(stored);

  it.each<[string, CustomHeaders | null | undefined, string[]]>([
    ['are all named when none is given', undefined, ['headers.X-Api-Key', 'headers.Authorization']],
    ['are all named when they come back masked', masked, ['headers.X-Api-Key', 'headers.Authorization']],
    ['are named when they come back masked under another casing', { 'x-api-key': masked['X-Api-Key'] }, ['headers.X-Api-Key']],
    ['are dropped by null', null, []],
    ['are dropped when the others replace them', { 'X-Other': 'x' }, []],
    ['are fine when they are given again', stored, []],
    ['are fine when they have new values', { 'X-Api-Key': 'new', Authorization: 'new' }, []],
    ['are named one by one', { 'X-Api-Key': 'new', Authorization: masked.Authorization }, ['headers.Authorization']],
  ])('%s', (_, given, named) =>
    expect(movingErrors(storedHeaders(stored, given)).map(({ path }) => path)).toEqual(named),
  ); // prettier-ignore
});
