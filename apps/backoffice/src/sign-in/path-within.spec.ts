import { pathWithin } from './path-within';

describe('where a sign-in leads to', () => {
  it.each([
    ['/admin', '/admin'],
    ['/admin/resources/deliveries/records/dlv_1/show', '/admin/resources/deliveries/records/dlv_1/show'],
    ['/admin/pages/find?q=call_1', '/admin/pages/find?q=call_1'],
    ['/admin/logout', '/admin'],
    ['/administrator', '/admin'],
    ['//evil.example', '/admin'],
    ['/admin//evil.example', '/admin'],
    ['https://evil.example/admin', '/admin'],
    ['/admin\\@evil.example', '/admin'],
    [undefined, '/admin'],
    [['/admin'], '/admin'],
  ])('%j leads to %s', (to, path) => {
    expect(pathWithin(to)).toBe(path);
  });
});
