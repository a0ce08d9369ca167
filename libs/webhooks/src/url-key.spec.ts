import { urlKeyOf } from './url-key';

describe('the key of a URL', () => {
  it.each([
    'https://Example.com/hook?a=1',
    'HTTPS://example.com:443/hook?a=1',
    'https://example.com./hook?a=1',
    'https://example.com/x/../hook?a=1',
    'https://example.com/hook?a=1#part',
    'https://ｅxample.com/hook?a=1',
  ])('is the same for %s', (url) => expect(urlKeyOf(url)).toEqual(urlKeyOf('https://example.com/hook?a=1')));

  it.each([
    'http://example.com/hook?a=1',
    'https://example.com:8443/hook?a=1',
    'https://example.com/Hook?a=1',
    'https://example.com/hook?a=2',
    'https://www.example.com/hook?a=1',
  ])('is another for %s', (url) =>
    expect(urlKeyOf(url)).not.toEqual(urlKeyOf('https://example.com/hook?a=1')),
  );
});
