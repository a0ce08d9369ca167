import {
  cidrs,
  declaredVariables,
  emailAddress,
  encryptionKey,
  encryptionKeys,
  FromEnvironment,
  hostAddress,
  httpsUrl,
  integer,
  matching,
  nameServers,
  oneOf,
  origins,
  port,
  PROCESSES,
  publicUrl,
  text,
  type ProcessName,
  type Usage,
  type Variable,
} from './variables';

const SERVING: Usage = { by: PROCESSES };
const API: Usage = { by: ['api'] };
const DISPATCHER: Usage = { by: ['dispatcher'] };

/**
 * The environment, read and validated once; nothing else reads `process.env`. A property is a variable of the same
 * name, and its initial value the default. A process reads only the variables that are declared for it: the others stay
 * undefined, so that a secret is never in a process that has no use for it.
 */
export class Config {
  @FromEnvironment(oneOf('development', 'production', 'test'))
  readonly NODE_ENV: 'development' | 'production' | 'test' = 'development';

  /** HTTP port; 0 takes a free one. */
  @FromEnvironment(port, SERVING)
  readonly PORT: number = 3000;

  /** The port of health and metrics, which are then served there only. Not set: they are served on `PORT`. */
  @FromEnvironment(port, SERVING)
  readonly MANAGEMENT_PORT?: number;

  /** The address to listen on. Not set: loopback, and in production every address. */
  @FromEnvironment(hostAddress, SERVING)
  readonly HOST?: string;

  @FromEnvironment(matching(/^postgres(ql)?:\/\//, 'like postgres://user:password@host:5432/name'), {
    required: true,
  })
  readonly DATABASE_URL!: string;

  @FromEnvironment(matching(/^rediss?:\/\//, 'like redis://:password@host:6379/0'), {
    ...SERVING,
    required: true,
  })
  readonly REDIS_URL!: string;

  /** Where embedded servers and generated secrets are kept. */
  @FromEnvironment(text())
  readonly DATA_DIR: string = '.data';

  @FromEnvironment(text('at least 16 characters long', 16), { ...DISPATCHER, required: true })
  readonly PUBLISHER_TOKEN!: string;

  @FromEnvironment(encryptionKey, { required: true })
  readonly ENCRYPTION_KEY!: string;

  /** Keys that ENCRYPTION_KEY replaced; they still decrypt until `npm run rotate-encryption-key` has run. */
  @FromEnvironment(encryptionKeys)
  readonly PREVIOUS_ENCRYPTION_KEYS: string[] = [];

  @FromEnvironment(emailAddress, { by: ['backoffice'], required: true })
  readonly ADMIN_EMAIL!: string;

  @FromEnvironment(text('at least 10 characters long', 10), { by: ['backoffice'], required: true })
  readonly ADMIN_PASSWORD!: string;

  /** Private addresses to which deliveries are allowed anyway. */
  @FromEnvironment(cidrs, SERVING)
  readonly ALLOWED_PRIVATE_CIDRS: string[] = [];

  /** Name servers for customers' host names, as `address[:port]`; empty: the system's own. */
  @FromEnvironment(nameServers, DISPATCHER)
  readonly DNS_SERVERS: string[] = [];

  @FromEnvironment(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'))
  readonly LOG_LEVEL: string = 'info';

  /** Where customers and staff reach this service, without a trailing slash; used in links. See also `PublicUrl`. */
  @FromEnvironment(publicUrl, { ...SERVING, requiredInProduction: true, inProduction: httpsUrl })
  readonly PUBLIC_URL?: string;

  /** Origins that may embed the dashboard in an iframe and call the API from a browser. */
  @FromEnvironment(origins, API)
  readonly ALLOWED_ORIGINS: string[] = [];

  /** Proxies in front of this service, whose `X-Forwarded-For` is believed. */
  @FromEnvironment(cidrs, SERVING)
  readonly TRUSTED_PROXIES: string[] = [];

  /** Requests per minute that an API key or dashboard session may make; 0: no limit. */
  @FromEnvironment(integer(0), API)
  readonly API_REQUESTS_PER_MINUTE: number = 12_000;

  /** Requests per minute without valid credentials from one address (one /64 of IPv6); 0: no limit. */
  @FromEnvironment(integer(0), SERVING)
  readonly ANONYMOUS_REQUESTS_PER_MINUTE: number = 1_200;

  /** Webhooks that an account may have. */
  @FromEnvironment(integer(1, 20_000), SERVING)
  readonly MAX_WEBHOOKS_PER_ACCOUNT: number = 100;

  /** Separates installations (and parallel test runs) that share one Redis. */
  @FromEnvironment(text(), SERVING)
  readonly REDIS_PREFIX: string = 'skipcalls';

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }

  /** Whether customers reach this service over TLS: cookies are `Secure`, and browsers are told to stay with TLS. */
  get isHttps(): boolean {
    return this.PUBLIC_URL?.startsWith('https:') ?? false;
  }

  /** The address to listen on; undefined: every address, of both IP versions. */
  get listenAddress(): string | undefined {
    return this.HOST ?? (this.isProduction ? undefined : '127.0.0.1');
  }

  /** The port of health and metrics if it is another one than `PORT`. */
  get separateManagementPort(): number | undefined {
    const { MANAGEMENT_PORT, PORT } = this;
    return MANAGEMENT_PORT === undefined || (MANAGEMENT_PORT === PORT && PORT !== 0)
      ? undefined
      : MANAGEMENT_PORT;
  }
}

/** The environment is unusable; `problems` has one line for each variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads and validates an environment. An empty variable counts as not set.
 * @param processes the processes that this one is, or none for a command that only uses the database.
 * @throws ConfigError naming every variable that is missing or wrong, without repeating its value.
 */
export function loadConfig(
  environment: Record<string, string | undefined>,
  processes: readonly ProcessName[] = PROCESSES,
): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  const isProduction = environment['NODE_ENV'] === 'production';
  for (const [name, variable] of declaredVariables()) {
    if (variable.by && !variable.by.some((process) => processes.includes(process))) continue;
    const given = environment[name];
    if (given === undefined || given === '') {
      const isRequired = variable.required || (variable.requiredInProduction && isProduction);
      if (isRequired) problems.push(`${name} must be set, and be ${ruleOf(variable, isProduction)}`);
      continue;
    }
    const value = variable.read(given);
    const isAllowed =
      !isProduction || !variable.inProduction || variable.inProduction.read(given) !== undefined;
    if (value !== undefined && isAllowed) values[name] = value;
    else problems.push(`${name} must be ${ruleOf(variable, isProduction)}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(Object.assign(new Config(), values));
}

function ruleOf(variable: Variable<unknown> & Usage, isProduction: boolean): string {
  return (isProduction && variable.inProduction ? variable.inProduction : variable).rule;
}
