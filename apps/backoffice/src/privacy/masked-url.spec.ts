import { hideSecretUrl, maskUrl, maskUrlsIn } from './masked-url';

describe('masked URLs', () => {
  it.each([
    ['https://hooks.acme.example/in/s3cr3t-token?key=abcdef', 'https://hooks.acme.example/…/cdef'],
    ['https://hooks.acme.example:8443/', 'https://hooks.acme.example:8443/'],
    ['https://hooks.acme.example/short', 'https://hooks.acme.example/…'],
    ['https://user:pass@acme.example/#x', 'https://acme.example/'],
    ['mailto:ada@acme.example', 'mailto:…@acme.example'],
    ['not a URL', '…'],
  ])('%s shows as %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown);
  });

  it.each([
    ['https://hooks.slack.com/services/T000/B000/XXXXYYYY', 'https://hooks.slack.com/…/YYYY'],
    ['https://discord.com/api/webhooks/1/secretsecret', 'https://discord.com/…/cret'],
    ['https://acme.webhook.office.com/webhookb2/abcdefgh', 'https://acme.webhook.office.com/…/efgh'],
    [
      'https://prod-1.westus.logic.azure.com/workflows/abcdefgh',
      'https://prod-1.westus.logic.azure.com/…/efgh',
    ],
    ['https://hooks.acme.example/in?token=1', 'https://hooks.acme.example/in?token=1'],
  ])('%s is shown to nobody but as %s', (url, shown) => {
    expect(hideSecretUrl(url)).toBe(shown);
  });

  it('are masked inside of a sentence', () => {
    expect(maskUrlsIn('Use the final URL: https://a.example/in/token-token?x=1 (301)')).toBe(
      'Use the final URL: https://a.example/…/?x=1 (301)',
    );
  });
});
