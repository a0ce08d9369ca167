import { AddressPolicy } from './address-policy';
import { settingErrors, type WebhookSettings } from './webhook-rules';

const errorsOf = (settings: Partial<WebhookSettings>) => settingErrors(settings, new AddressPolicy([]));

const GOOD: WebhookSettings = {
  name: 'CRM Integration',
  url: 'https://example.com/hooks/calls',
  type: 'HTTP',
  events: ['CALL_COMPLETED'],
  format: 'DEFAULT',
  status: 'ACTIVE',
  retryPolicy: 'STANDARD',
  maxConcurrency: null,
  rateLimitPerSecond: null,
  secret: null,
  headers: null,
  auth: null,
  filter: null,
  request: null,
};

describe('settings of a webhook', () => {
  it('accepts ordinary ones, and none at all', () => {
    expect(errorsOf(GOOD)).toEqual([]);
    expect(errorsOf({})).toEqual([]);
  });

  it.each<[string, Partial<WebhookSettings>]>([
    ['a name of 100 characters', { name: 'n'.repeat(100) }],
    ['a name in any script', { name: 'תזכורת 📞 通知' }],
    [
      'every event',
      { events: ['CALL_COMPLETED', 'CALL_FAILED', 'INCOMING_CALL_COMPLETED', 'INCOMING_CALL_FAILED'] },
    ],
    ['the format for no-code tools', { format: 'ZAPIER' }],
    ['a webhook that starts paused', { status: 'PAUSED' }],
    ['a secret of one character', { secret: 's' }],
    ['a secret with spaces around it, which are part of it', { secret: ' my secret ' }],
    ['a secret in any script', { secret: 'пароль🔑' }],
    ['limits of its own', { maxConcurrency: 1, rateLimitPerSecond: 10_000 }],
    ['custom headers', { headers: { 'X-Api-Key': 'abc' } }],
  ])('accepts %s', (_, settings) => expect(errorsOf(settings)).toEqual([]));

  it.each<[string, unknown, string]>([
    ['an empty name', { name: '' }, 'name'],
    ['a name of spaces', { name: '   ' }, 'name'],
    ['a name that is too long', { name: 'n'.repeat(101) }, 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
    ['a name with NUL, which the database cannot store', { name: 'a\0b' }, 'name'],
    ['a name with half a character', { name: 'a\ud800' }, 'name'],
    ['an address inside of our network', { url: 'http://127.0.0.1/' }, 'url'],
    ['an address with a control character', { url: 'https://example.com/\0' }, 'url'],
    ['no URL at all', { url: 'example.com' }, 'url'],
    ['no event', { events: [] }, 'events'],
    ['an unknown event', { events: ['CALL_STARTED'] }, 'events'],
    ['an event twice', { events: ['CALL_FAILED', 'CALL_FAILED'] }, 'events'],
    ['an unknown format', { format: 'XML' }, 'format'],
    ['the status that only the system gives', { status: 'DISABLED' }, 'status'],
    ['an unknown retry policy', { retryPolicy: 'FOREVER' }, 'retryPolicy'],
    ['no concurrency', { maxConcurrency: 0 }, 'maxConcurrency'],
    ['a fraction', { rateLimitPerSecond: 1.5 }, 'rateLimitPerSecond'],
    ['an empty secret', { secret: '' }, 'secret'],
    ['a secret that is too long', { secret: 's'.repeat(257) }, 'secret'],
    ['a secret with a line break', { secret: 'a\n' }, 'secret'],
    ['a secret with half a character', { secret: '\udc00' }, 'secret'],
    [
      'a header that is ours',
      { headers: { 'X-Webhook-Signature': 'forged' } },
      'headers.X-Webhook-Signature',
    ],
  ])('refuses %s', (_, settings, path) => {
    expect(errorsOf(settings as Partial<WebhookSettings>).map((error) => error.path)).toEqual([path]);
  });

  it('tells everything that is wrong at once', () => {
    const errors = errorsOf({
      ...GOOD,
      name: '',
      url: 'ftp://example.com',
      events: [],
      headers: { Host: 'x' },
    });
    expect(errors.map(({ path }) => path)).toEqual(['name', 'url', 'events', 'headers.Host']);
  });
});
