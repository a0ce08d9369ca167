import { createRequire } from 'node:module';
import fc from 'fast-check';
import { AddressPolicy, MAX_URL_LENGTH } from './address-policy';

const strict = new AddressPolicy([]);
const loopback = new AddressPolicy(['127.0.0.0/8', '::1/128']);
/** What undici, Node's fetch, refuses, and 0, which the standard has added since. */
const badPorts: string[] = ['0', ...(createRequire(require.resolve('undici'))('./lib/web/fetch/constants') as { badPorts: string[] }).badPorts]; // prettier-ignore
const NOT_PUBLIC = 'must lead to a public address, not to a private, local or reserved one';

/** Hosts as they can stand in a URL, all of which lead to where nothing of ours may be sent. */
const REFUSED_HOSTS: Record<string, string[]> = {
  loopback: ['127.0.0.1', '127.0.0.2', '127.255.255.254', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]'],
  'loopback in decimal, octal and hexadecimal': [
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7F000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '0x7f.0.0.1',
    '0x7f.0x0.0x0.0x1',
    '0000000177.0.0.1',
    '127.0x1',
    '127.0.0x1',
  ],
  'loopback, shortened': ['127.1', '127.0.1', '0x7f.1', '0177.1'],
  'loopback with trailing dots': ['127.0.0.1.', '127.1.', '0x7f000001.'],
  'loopback in other digits and dots': [
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '①②⑦.⓪.⓪.①',
    '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
    '０ｘ７ｆ.1',
  ],
  'loopback, percent-encoded': ['%31%32%37.0.0.1', '127%2e0%2e0%2e1', '%6c%6f%63alhost'],
  'this network': ['0.0.0.0', '0', '0x0', '00', '0.1.2.3', '0.0', '[::]', '[0:0:0:0:0:0:0:0]'],
  private: [
    '10.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.255',
    '167772161',
    '0xa000001',
    '012.0.0.1',
    '10.1',
    '192.168.257',
    '0300.0250.0.1',
    '0xc0a80001',
    '3232235521',
  ],
  'link-local': ['169.254.0.1', '169.254.255.255', '[fe80::1]', '[fe80::]', '[febf:ffff::1]'],
  'metadata services': [
    '169.254.169.254',
    '169.254.170.2',
    '169.254.169.123',
    '2852039166',
    '0xa9fea9fe',
    '0xA9.0xFE.0xA9.0xFE',
    '0251.0376.0251.0376',
    '0251.254.169.254',
    '169.254.43518',
    '169.16689662',
    '169.254.169.254.',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    'metadata.google.internal',
    'metadata',
  ],
  'carrier-grade NAT': ['100.64.0.0', '100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.250', '[ff02::1]', '[ff05::2]', '[ff0e::1]'],
  reserved: [
    '240.0.0.1',
    '255.255.255.255',
    '4294967295',
    '192.0.0.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
  ],
  documentation: [
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.9',
    '[2001:db8::1]',
    '[3fff::1]',
    '[3fff:fff:ffff::1]',
  ],
  'special services': [
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '[2620:4f:8000::1]',
    '[2001:4:112::1]',
  ],
  'IPv6, unique local and site-local': [
    '[fc00::1]',
    '[fd12:3456:789a::1]',
    '[fdff:ffff::1]',
    '[fec0::1]',
    '[FD00::A]',
  ],
  'IPv4-mapped': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:7F00:0001]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:192.168.1.1]',
    '[::ffff:0.0.0.0]',
  ],
  'IPv4-compatible and translated': [
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::8.8.8.8]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:0:8.8.8.8]',
  ],
  NAT64: [
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b::192.168.0.1]',
    '[64:ff9b:1::1]',
    '[64:ff9b:1::8.8.8.8]',
    '[64:ff9b:1:ffff:ffff:ffff:127.0.0.1]',
  ],
  '6to4 and Teredo': [
    '[2002:7f00:1::]',
    '[2002:7f00:0001::1]',
    '[2002:a00:1::]',
    '[2002:c0a8:101::1]',
    '[2002:808:808::1]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    '[2001::1]',
  ],
  'IPv6 that nobody was given for the internet': [
    '[100::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[2001:30::1]',
    '[5f00::1]',
    '[4000::1]',
    '[8000::1]',
    '[1::1]',
  ],
  'names of this machine': [
    'localhost',
    'LOCALHOST',
    'LocalHost.',
    'localhost..',
    'app.localhost',
    'a.b.localhost.',
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛocalhost',
    'localhost.localdomain',
    'ip6-localhost',
  ],
  'names of private networks': [
    'redis',
    'postgres.',
    'printer.local',
    'db.internal',
    'nas.home.arpa',
    'svc.cluster.local',
    'redis.default.svc',
    'redis.default.svc.cluster.local',
    'api.svc.',
    'vault.service.consul',
    'host.docker',
    'nas.lan',
    'ROUTER.LAN',
    'router.home',
    'files.corp',
    'mx.mail',
    'wiki.intranet',
    'wiki.intra',
    'db.private',
    'gw.localnet',
    'kubernetes',
    'ｒｅｄｉｓ.ｌａｎ',
  ],
  'names of other networks': ['expyuzz4wqqyqhjn.onion', 'EXPYUZZ4WQQYQHJN.ONION.', 'site.alt'],
};

const refusedHosts = Object.entries(REFUSED_HOSTS).flatMap(([kind, hosts]) =>
  hosts.map((host) => [host, kind] as const),
);

const ACCEPTED_URLS = [
  'https://example.com/webhooks',
  'http://example.com',
  'HTTPS://EXAMPLE.COM/',
  'https://hooks.zapier.com/hooks/catch/123/abc/?x=1&y=%20#frag',
  'https://example.com:8443/a',
  'https://example.com./',
  'https://bücher.example/',
  'https://xn--bcher-kva.example/',
  'https://例え.テスト/',
  'https://localhost.example.com/',
  'https://my-localhost.example/',
  'https://internal.example.com/',
  'https://lan.example.com/',
  'https://onion.example.com/',
  'https://corp.example.org/',
  'https://plan.dev/',
  'https://hooks.mailbox.org/',
  // Reserved, but not private: a resolver's answer is judged at every attempt.
  'https://receiver.test/',
  'https://receiver.example/',
  'https://receiver.invalid/',
  'https://שלום.example/',
  'https://example.com:3000/',
  'https://example.com:8080/',
  'https://10.0.0.1.nip.io.example.com/',
  'https://8.8.8.8/',
  'https://1.1.1.1:443/',
  'https://134744072/',
  'https://0x08080808/',
  'https://9.255.255.255/',
  'https://11.0.0.0/',
  'https://172.15.255.255/',
  'https://172.32.0.0/',
  'https://100.63.255.255/',
  'https://100.128.0.0/',
  'https://169.253.255.255/',
  'https://169.255.0.0/',
  'https://198.17.255.255/',
  'https://198.20.0.0/',
  'https://223.255.255.255/',
  'https://168.63.129.17/',
  'https://[2606:4700:4700::1111]/',
  'https://[2a00:1450:4001:81b::200e]:8443/',
  'https://[::ffff:8.8.8.8]/',
  'https://[64:ff9b::808:808]/',
];

const INVISIBLE = 'must not contain spaces, control characters or invisible characters';

const MALFORMED: [url: string, why: string][] = [
  ['', 'must be a valid URL, such as https://example.com/webhooks'],
  ['example.com', 'must be a valid URL, such as https://example.com/webhooks'],
  ['//example.com/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://example.com:99999/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://[fe80::1%25eth0]/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://[fe80::1%eth0]/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://256.256.256.256/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://1.2.3.4.5/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://0x100000000/', 'must be a valid URL, such as https://example.com/webhooks'],
  ['https://127.0.0.1%00.example.com/', INVISIBLE],
  ['https://.../', 'must name a host'],
  ['ftp://example.com/', 'must begin with https:// or http://'],
  ['file:///etc/passwd', 'must begin with https:// or http://'],
  ['gopher://example.com/', 'must begin with https:// or http://'],
  ['javascript:alert(1)', 'must begin with https:// or http://'],
  ['data:text/plain,hi', 'must begin with https:// or http://'],
  ['https://user@example.com/', 'must not contain a user name or password: use a custom header'],
  ['https://user:secret@example.com/', 'must not contain a user name or password: use a custom header'],
  ['https://:secret@example.com/', 'must not contain a user name or password: use a custom header'],
  ['https://example.com@127.0.0.1/', 'must not contain a user name or password: use a custom header'],
  [' https://example.com/', INVISIBLE],
  ['https://example.com/\r\nX-Evil: 1', INVISIBLE],
  ['https://exa\tmple.com/', INVISIBLE],
  ['https://lo\u00adcalhost/', INVISIBLE],
  ['https://exam\u200bple.com/', INVISIBLE],
  ['https://exam\u200dple.com/', INVISIBLE],
  ['https://\ufeffexample.com/', INVISIBLE],
  ['https://example.com\u2060/', INVISIBLE],
  ['https://moc.elpmaxe\u202e.example.com/', INVISIBLE],
  ['https://\u2066example\u2069.com/', INVISIBLE],
  ['https://exam\u3164ple.com/', INVISIBLE],
  ['https://exam%E2%80%8Bple.com/', INVISIBLE],
  ['https://exam%c2%adple.com/', INVISIBLE],
  ['https://example.com/\u202egnp.exe', INVISIBLE],
  ['https://example.com/\u00a0', INVISIBLE],
  [`https://example.com/${'a'.repeat(MAX_URL_LENGTH)}`, 'must be at most 2,048 characters'],
];

describe('AddressPolicy.refusal', () => {
  it('is tested with at least a hundred spellings', () => {
    expect(refusedHosts.length).toBeGreaterThanOrEqual(100);
  });

  it.each(refusedHosts)('refuses %s (%s)', (host) => {
    expect(strict.refusal(`https://${host}/webhooks`)).toBe(NOT_PUBLIC);
    expect(strict.refusal(`http://${host}:8080`)).toBe(NOT_PUBLIC);
  });

  it.each([
    'http:127.0.0.1',
    'http:/127.0.0.1',
    'http:\\\\127.0.0.1',
    'http:///127.0.0.1/',
    'https://127.0.0.1\\@example.com/',
  ])('sees through a URL that only a lenient parser takes: %s', (url) =>
    expect(strict.refusal(url)).toBe(NOT_PUBLIC),
  );

  it.each(ACCEPTED_URLS)('lets %s be saved', (url) => {
    expect(strict.refusal(url)).toBeNull();
  });

  it.each(MALFORMED)('refuses %j: %s', (url, why) => {
    expect(strict.refusal(url)).toBe(why);
  });

  it.each(badPorts.map((port) => [port]))('refuses port %s, as browsers do', (port) => {
    // Without a port in the URL, the scheme's own is meant; none of those is on the list.
    expect(strict.refusal(`https://example.com:${port}/`)).toBe(
      `must not be on port ${port}, which belongs to another protocol`,
    );
    expect(loopback.refusal(`http://127.0.0.1:000${port}/`)).toMatch(/^must not be on port/);
  });

  it.each([80, 443, 2, 24, 1024, 3000, 6001, 8080, 8443, 10081, 65_535])('takes port %s', (port) => {
    expect(strict.refusal(`https://example.com:${port}/`)).toBeNull();
  });

  it('takes 2,048 characters and not one more', () => {
    const url = (length: number) =>
      `https://example.com/${'a'.repeat(length - 'https://example.com/'.length)}`;
    expect(strict.refusal(url(2048))).toBeNull();
    expect(strict.refusal(url(2049))).not.toBeNull();
  });

  it('answers any text with a reason or null, and never lets one through whose host is a non-public address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl(),
          fc.ipV4Extended().map((ip) => `http://${ip}/`),
        ),
        (url) => {
          const refusal = strict.refusal(url);
          if (refusal !== null) return;
          const host = new URL(url).hostname;
          if (/^[\d.]+$/.test(host)) expect(strict.isPublic(host)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('AddressPolicy.isPublic', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700:4700::1111', true],
    ['::ffff:8.8.8.8', true],
    ['64:ff9b::8.8.8.8', true],
    ['127.0.0.1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['64:ff9b::127.0.0.1', false],
    ['fe80::1%eth0', false],
    ['fe80::1%25eth0', false],
    ['169.254.169.254', false],
    ['168.63.129.16', false],
    // Not what a resolver gives: refused, not guessed at.
    ['08.8.8.8', false],
    ['8.8.8', false],
    ['134744072', false],
    ['0x08080808', false],
    [' 8.8.8.8', false],
    ['8.8.8.8.', false],
    ['example.com', false],
    ['', false],
  ])('says of %j: %s', (ip, isPublic) => {
    expect(strict.isPublic(ip)).toBe(isPublic);
  });

  it('agrees for an IPv4 address, its mapped and its NAT64 form (property)', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const isPublic = strict.isPublic(ip);
        expect(strict.isPublic(`::ffff:${ip}`)).toBe(isPublic);
        expect(strict.isPublic(`64:ff9b::${ip}`)).toBe(isPublic);
        expect(strict.refusal(`http://${ip}/`) === null).toBe(isPublic);
      }),
    );
  });
});

describe('ALLOWED_PRIVATE_CIDRS', () => {
  const office = new AddressPolicy(['10.1.0.0/16', 'fd12::/16']);

  it('opens what it names, in every form of it, and nothing else', () => {
    for (const host of [
      '127.0.0.1',
      '[::1]',
      'localhost',
      'app.localhost',
      '[::ffff:127.0.0.1]',
      '2130706433',
    ]) {
      expect(loopback.refusal(`http://${host}:3000/`)).toBeNull();
    }
    for (const host of ['10.0.0.1', '169.254.169.254', '[fe80::1]', '0.0.0.0']) {
      expect(loopback.refusal(`http://${host}/`)).toBe(NOT_PUBLIC);
    }
    expect(office.isPublic('10.1.255.255')).toBe(true);
    expect(office.isPublic('10.2.0.0')).toBe(false);
    expect(office.isPublic('fd12::1')).toBe(true);
    expect(office.isPublic('fd13::1')).toBe(false);
    expect(office.refusal('http://localhost/')).toBe(NOT_PUBLIC);
  });

  it('lets names of private networks be saved, since what they lead to is judged at every attempt', () => {
    expect(office.refusal('http://inspector:8080/')).toBeNull();
    expect(office.refusal('http://crm.internal/')).toBeNull();
  });

  it('does not let names of private networks be saved where only loopback is allowed, nor ever those of Tor', () => {
    for (const host of ['redis', 'redis.default.svc', 'crm.internal', 'nas.lan', 'metadata.google.internal'])
      expect(loopback.refusal(`http://${host}/`)).toBe(NOT_PUBLIC);
    for (const policy of [strict, loopback, office])
      expect(policy.refusal('http://expyuzz4wqqyqhjn.onion/')).toBe(NOT_PUBLIC);
  });

  it('leaves public addresses public', () => {
    expect(loopback.isPublic('8.8.8.8')).toBe(true);
  });

  it('refuses to be made from what is no network', () => {
    expect(() => new AddressPolicy(['loopback'])).toThrow();
  });
});

describe('the own address of this service', () => {
  const policyAt = (url: string, receiverPath: string | null = null): AddressPolicy =>
    new AddressPolicy(['127.0.0.0/8', '::1/128'], { url: () => url, receiverPath });
  const OWN = 'must not lead to this service itself';

  it.each([
    'https://webhooks.skipcalls.com/',
    'https://webhooks.skipcalls.com/v1/deliveries/dlv_1/retry',
    'https://WebHooks.SkipCalls.com/anything?x=1',
    'https://webhooks.skipcalls.com:443/v1/webhooks',
    'https://webhooks.skipcalls.com:8443/',
    'http://webhooks.skipcalls.com/',
    'http://webhooks.skipcalls.com:80/',
    'https://webhooks.skipcalls.com./v1/',
    'https://webhooks.skipcalls.com../v1/',
    'https:webhooks.skipcalls.com/v1/',
    'https:\\\\webhooks.skipcalls.com\\v1',
    'https://ｗｅｂｈｏｏｋｓ.skipcalls.com/',
    'https://webhooks。skipcalls。com/',
    'https://%77ebhooks.skipcalls.com/',
  ])('cannot be the URL of a webhook: %s', (url) =>
    expect(policyAt('https://webhooks.skipcalls.com').refusal(url)).toBe(OWN),
  );

  it.each([
    'https://skipcalls.com/',
    'https://other.skipcalls.com/',
    'https://webhooks.skipcalls.com.example.com/',
    'https://example.com/webhooks.skipcalls.com/',
  ])('does not keep %s from being one', (url) =>
    expect(policyAt('https://webhooks.skipcalls.com').refusal(url)).toBeNull(),
  );

  it.each([
    'http://localhost:3000/v1/',
    'http://127.0.0.1:3000/v1/',
    'http://127.9.9.9:3000/',
    'http://2130706433:3000/',
    'http://[::1]:3000/',
    'http://[::ffff:127.0.0.1]:3000/',
    'http://app.localhost:3000/',
    'https://localhost:3000/',
  ])('on a developer’s machine includes every name of it: %s', (url) =>
    expect(policyAt('http://localhost:3000').refusal(url)).toBe(OWN),
  );

  it('on a developer’s machine does not include other ports', () => {
    expect(policyAt('http://localhost:3000').refusal('http://localhost:4000/hook')).toBeNull();
    expect(policyAt('http://127.0.0.1:80').refusal('http://localhost/')).toBe(OWN);
  });

  it('has an exception for the inspector, and for no path that only looks like it', () => {
    const policy = policyAt('http://localhost:3000', '/inspector/hooks/');
    expect(policy.refusal('http://127.0.0.1:3000/inspector/hooks/crm?status=503')).toBeNull();
    for (const path of [
      '/inspector/requests',
      '/inspector/hooks',
      '/inspector/hooks/../../v1/webhooks',
      '/inspector/hooks/%2e%2e/%2E./v1/webhooks',
      '/inspector\\hooks\\..\\..\\v1',
      '/Inspector/hooks/crm',
      '//inspector/hooks/crm',
    ])
      expect([path, policy.refusal(`http://localhost:3000${path}`)]).toEqual([path, OWN]);
  });
});
