import { ConfigError, loadConfig } from './config';
import { PROCESSES, type ProcessName } from './variables';

const usable = {
  DATABASE_URL: 'postgres://u:p@db/x',
  REDIS_URL: 'redis://r:6379',
  PUBLISHER_TOKEN: 'p'.repeat(16),
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'long enough',
};

type Environment = Record<string, string | undefined>;

function problems(changes: Environment, processes: readonly ProcessName[] = PROCESSES): string[] {
  try {
    loadConfig({ ...usable, ...changes }, processes);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

/** The variables that must be set. */
function required(environment: Environment, processes: readonly ProcessName[]): string[] {
  const nothing = Object.fromEntries(Object.keys(usable).map((name) => [name, undefined]));
  return problems({ ...nothing, ...environment }, processes)
    .map((line) => /^\w+/.exec(line)![0])
    .sort();
}

describe('the configuration', () => {
  it('has defaults for everything that is not required', () => {
    expect(loadConfig(usable)).toMatchObject({
      NODE_ENV: 'development', PORT: 3000, DATA_DIR: '.data', ALLOWED_PRIVATE_CIDRS: [], DNS_SERVERS: [],
      LOG_LEVEL: 'info', REDIS_PREFIX: 'skipcalls', isProduction: false,
    });
  }); // prettier-ignore

  it('treats an empty variable as not set', () => {
    expect(loadConfig({ ...usable, PORT: '', ALLOWED_PRIVATE_CIDRS: '' }).PORT).toBe(3000);
    expect(problems({ DATABASE_URL: '' })).toHaveLength(1);
  });

  it('reads numbers and lists', () => {
    const config = loadConfig({ ...usable, PORT: '0', ALLOWED_PRIVATE_CIDRS: ' 127.0.0.0/8 , ::1/128,' });
    expect(config.PORT).toBe(0);
    expect(config.ALLOWED_PRIVATE_CIDRS).toEqual(['127.0.0.0/8', '::1/128']);
  });

  it('cannot be changed', () => {
    const config = loadConfig(usable) as { PORT: number };
    expect(() => (config.PORT = 1)).toThrow(TypeError);
  });

  it('listens on loopback by default, and in production on every address', () => {
    const production = { ...usable, NODE_ENV: 'production', PUBLIC_URL: 'https://webhooks.example.com' };
    expect(loadConfig(usable).listenAddress).toBe('127.0.0.1');
    expect(loadConfig(production).listenAddress).toBeUndefined();
    expect(loadConfig({ ...production, HOST: '10.0.0.1' }).listenAddress).toBe('10.0.0.1');
  });

  it.each([
    [{}, undefined],
    [{ MANAGEMENT_PORT: '3000' }, undefined],
    [{ MANAGEMENT_PORT: '9000' }, 9000],
    [{ PORT: '0', MANAGEMENT_PORT: '0' }, 0],
  ])('with %j, health and metrics have the port %p of their own', (environment, expected) =>
    expect(loadConfig({ ...usable, ...environment }).separateManagementPort).toBe(expected),
  );
});

describe('each process requires and reads only the variables that it needs', () => {
  const COMMON = ['DATABASE_URL', 'ENCRYPTION_KEY', 'PUBLIC_URL', 'REDIS_URL'];
  it.each([
    ['api', COMMON],
    ['dispatcher', [...COMMON, 'PUBLISHER_TOKEN']],
    ['backoffice', [...COMMON, 'ADMIN_EMAIL', 'ADMIN_PASSWORD']],
  ] as const)('%s in production: %j', (process, names) => {
    expect(required({ NODE_ENV: 'production' }, [process])).toEqual([...names].sort());
  });

  it('a command that only uses the database: DATABASE_URL and ENCRYPTION_KEY', () => {
    expect(required({ NODE_ENV: 'production' }, [])).toEqual(['DATABASE_URL', 'ENCRYPTION_KEY']);
  });

  it('outside production, PUBLIC_URL may be left out', () => {
    expect(required({}, PROCESSES)).toEqual(Object.keys(usable).sort());
  });

  it.each([
    ['api', ['PUBLISHER_TOKEN', 'ADMIN_EMAIL', 'ADMIN_PASSWORD']],
    ['dispatcher', ['ADMIN_EMAIL', 'ADMIN_PASSWORD']],
    ['backoffice', ['PUBLISHER_TOKEN']],
  ] as const)('%s never holds %j, even if they are set', (process, names) => {
    const config = loadConfig(usable, [process]) as unknown as Record<string, unknown>;
    for (const name of names) expect(config[name]).toBeUndefined();
  });

  it('does not judge variables of other processes', () => {
    expect(problems({ PUBLISHER_TOKEN: 'short', ADMIN_EMAIL: 'nobody' }, ['api'])).toEqual([]);
  });
});

describe('the value of a variable', () => {
  it.each([
    ['NODE_ENV', 'staging-7f3'],
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['MANAGEMENT_PORT', '70000'],
    ['HOST', 'http://7f3'],
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
    ['TRUSTED_PROXIES', '10.0.0.1'],
    ['DNS_SERVERS', 'nameserver-7f3.example'],
    ['DNS_SERVERS', '1.1.1.1:99999'],
    ['LOG_LEVEL', 'loud-7f3'],
    ['PUBLIC_URL', 'https://webhooks.example.com/path-7f3'],
    ['PUBLIC_URL', 'https://user-7f3@webhooks.example.com'],
    ['ALLOWED_ORIGINS', 'https://app.example.com/'],
    ['ALLOWED_ORIGINS', '*'],
    ['API_REQUESTS_PER_MINUTE', 'many-7f3'],
    ['ANONYMOUS_REQUESTS_PER_MINUTE', '-1'],
  ])('%s=%s is rejected by name, and the value is not repeated', (name, value) => {
    const lines = problems({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} must be `));
    if (value.length > 3) expect(lines[0]).not.toContain(` ${value} `);
    expect(lines[0]).not.toMatch(/hunter2|7f3/);
    expect(lines[0]).not.toContain('\n');
  });

  it.each([
    ['DNS_SERVERS', '1.1.1.1'],
    ['DNS_SERVERS', '127.0.0.1:5353,[::1]:53,2606:4700::1111'],
    ['ALLOWED_PRIVATE_CIDRS', '10.0.0.0/8,fd00::/8'],
    ['PUBLIC_URL', 'http://localhost:3000'],
    ['HOST', '::'],
    ['HOST', 'localhost'],
    ['ALLOWED_ORIGINS', 'https://app.example.com,http://localhost:5173'],
    ['PREVIOUS_ENCRYPTION_KEYS', Buffer.alloc(32, 2).toString('base64')],
  ])('%s=%s is accepted', (name, value) => expect(problems({ [name]: value })).toEqual([]));

  it('PUBLIC_URL must be https in production', () => {
    const production = { NODE_ENV: 'production', PUBLIC_URL: 'http://webhooks.example.com' };
    expect(problems(production)).toEqual([
      'PUBLIC_URL must be an https origin such as https://webhooks.example.com',
    ]);
    expect(problems({ ...production, PUBLIC_URL: 'https://webhooks.example.com' })).toEqual([]);
  });
});
