import { ConfigError, loadConfig } from './config';

const usable = {
  DATABASE_URL: 'postgres://u:p@db/x',
  REDIS_URL: 'redis://r:6379',
  PUBLISHER_TOKEN: 'p'.repeat(16),
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'long enough',
};

function problems(changes: Record<string, string | undefined>): string[] {
  try {
    loadConfig({ ...usable, ...changes });
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

describe('the configuration', () => {
  it('has defaults for all but what must be told', () => {
    expect(loadConfig(usable)).toMatchObject({
      NODE_ENV: 'development', PORT: 3000, DATA_DIR: '.data', ALLOWED_PRIVATE_CIDRS: [], DNS_SERVERS: [],
      LOG_LEVEL: 'info', REDIS_PREFIX: 'skipcalls', isProduction: false,
    });
  }); // prettier-ignore

  it('takes an empty variable for none', () => {
    expect(loadConfig({ ...usable, PORT: '', ALLOWED_PRIVATE_CIDRS: '' }).PORT).toBe(3000);
    expect(problems({ DATABASE_URL: '' })).toHaveLength(1);
  });

  it('reads numbers and lists', () => {
    const config = loadConfig({ ...usable, PORT: '0', ALLOWED_PRIVATE_CIDRS: ' 127.0.0.0/8 , ::1/128,' });
    expect(config.PORT).toBe(0);
    expect(config.ALLOWED_PRIVATE_CIDRS).toEqual(['127.0.0.0/8', '::1/128']);
  });

  it('names everything that is missing, one line each', () => {
    expect(() => loadConfig({})).toThrow(ConfigError);
    const lines = problems(Object.fromEntries(Object.keys(usable).map((name) => [name, undefined])));
    expect(lines.map((line) => /^[A-Z_]+/.exec(line)![0]).sort()).toEqual(Object.keys(usable).sort());
  });

  it('cannot be changed', () => {
    const config = loadConfig(usable) as { PORT: number };
    expect(() => (config.PORT = 1)).toThrow(TypeError);
  });

  it.each([
    ['NODE_ENV', 'staging-7f3'],
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/x'],
    ['REDIS_URL', 'http://:hunter2@r'],
    ['PUBLISHER_TOKEN', 'short-7f3'],
    ['ENCRYPTION_KEY', 'bm90IDMyIGJ5dGVz'],
    ['ENCRYPTION_KEY', '!!!not-base64-7f3'],
    ['PREVIOUS_ENCRYPTION_KEYS', 'bm90IDMyIGJ5dGVz'],
    ['ADMIN_EMAIL', 'nobody-7f3'],
    ['ADMIN_PASSWORD', 'short-7f3'],
    ['ALLOWED_PRIVATE_CIDRS', '127.0.0.0/8,nonsense-7f3'],
    ['ALLOWED_PRIVATE_CIDRS', '127.0.0.1'],
    ['DNS_SERVERS', 'nameserver-7f3.example'],
    ['DNS_SERVERS', '1.1.1.1:99999'],
    ['LOG_LEVEL', 'loud-7f3'],
    ['PUBLIC_URL', 'https://webhooks.example.com/path-7f3'],
    ['API_REQUESTS_PER_MINUTE', 'many-7f3'],
  ])('refuses %s=%s by name, and does not repeat the value', (name, value) => {
    const lines = problems({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}\\b`));
    expect(lines[0]).not.toContain(value);
    expect(lines[0]).not.toMatch(/hunter2|7f3/);
    expect(lines[0]).not.toContain('\n');
  });

  it.each([
    ['DNS_SERVERS', '1.1.1.1'],
    ['DNS_SERVERS', '127.0.0.1:5353,[::1]:53,2606:4700::1111'],
    ['ALLOWED_PRIVATE_CIDRS', '10.0.0.0/8,fd00::/8'],
    ['PUBLIC_URL', 'http://localhost:3000'],
    ['PREVIOUS_ENCRYPTION_KEYS', Buffer.alloc(32, 2).toString('base64')],
  ])('takes %s=%s', (name, value) => expect(problems({ [name]: value })).toEqual([]));
});
