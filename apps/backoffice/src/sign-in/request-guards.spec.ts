import { isFromOurOwnPage } from './request-guards';

describe('where a POST comes from', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [
      { 'sec-fetch-site': 'same-site', origin: 'https://backoffice.example', host: 'backoffice.example' },
      false,
    ],
    [
      { 'sec-fetch-site': 'cross-site', origin: 'https://backoffice.example', host: 'backoffice.example' },
      false,
    ],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ origin: 'https://backoffice.example', host: 'backoffice.example' }, true],
    [{ origin: 'https://public.example', host: '10.0.0.1:3000' }, true],
    [{ origin: 'https://evil.example', host: 'backoffice.example' }, false],
    [{ origin: 'https://backoffice.example.evil.example', host: 'backoffice.example' }, false],
    [{ origin: 'null', host: 'backoffice.example' }, false],
    [{ host: 'backoffice.example' }, false],
    [{}, false],
  ])('%j: ours is %s', (headers, ours) => {
    expect(isFromOurOwnPage(headers, 'https://public.example')).toBe(ours);
  });
});
