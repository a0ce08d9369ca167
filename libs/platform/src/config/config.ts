import { Resolver } from 'node:dns';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBase64,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  validateSync,
} from 'class-validator';
import ipaddr from 'ipaddr.js';

const toInt = Transform(({ value }: { value: unknown }) => (value === undefined ? undefined : Number(value)));
const toList = Transform(
  ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.split(',').map((part) => part.trim()).filter(Boolean) : value, // prettier-ignore
);

const ENCRYPTION_KEY_RULE =
  'ENCRYPTION_KEY must be set, to 32 bytes in base64 (make one: openssl rand -base64 32)';

function Is32BytesInBase64(): PropertyDecorator {
  return ValidateBy({
    name: 'is32BytesInBase64',
    validator: {
      validate: is32Bytes,
      defaultMessage: () => ENCRYPTION_KEY_RULE,
    },
  });
}

const is32Bytes = (key: unknown): boolean =>
  typeof key === 'string' && Buffer.from(key, 'base64').length === 32;

function AreKeysInBase64(): PropertyDecorator {
  return ValidateBy({
    name: 'areKeysInBase64',
    validator: {
      validate: (value) => Array.isArray(value) && value.every(is32Bytes),
      defaultMessage: () =>
        'PREVIOUS_ENCRYPTION_KEYS must be a comma-separated list of keys such as ENCRYPTION_KEY',
    },
  });
}

function IsNameServerList(): PropertyDecorator {
  return ValidateBy({
    name: 'isNameServerList',
    validator: {
      validate: (value) => Array.isArray(value) && value.every(isNameServer),
      defaultMessage: () => 'DNS_SERVERS must be a comma-separated list such as 1.1.1.1,[2606:4700::1111]:53',
    },
  });
}

/** The resolver itself is the judge of what it can use. */
function isNameServer(server: unknown): boolean {
  try {
    new Resolver().setServers([String(server)]);
    return Number(/^(?:[\d.]+|\[.*\]):(\d+)$/.exec(String(server))?.[1] ?? 53) <= 65_535;
  } catch {
    return false;
  }
}

function IsCidrList(variable: string): PropertyDecorator {
  return ValidateBy({
    name: 'isCidrList',
    validator: {
      validate: (value) => Array.isArray(value) && value.every((cidr) => ipaddr.isValidCIDR(String(cidr))),
      defaultMessage: () => `${variable} must be a comma-separated list such as 127.0.0.0/8,::1/128`,
    },
  });
}

/** The environment, read and validated once. Nothing else in the house looks at `process.env`. */
export class Config {
  @IsIn(['development', 'production', 'test'])
  readonly NODE_ENV: 'development' | 'production' | 'test' = 'development';

  /** HTTP port; 0 takes a free one. */
  @toInt
  @IsInt()
  @Min(0)
  @Max(65535)
  readonly PORT: number = 3000;

  @Matches(/^postgres(ql)?:\/\//, {
    message: 'DATABASE_URL must be set, as postgres://user:password@host:5432/name',
  })
  readonly DATABASE_URL!: string;

  @Matches(/^rediss?:\/\//, { message: 'REDIS_URL must be set, as redis://:password@host:6379/0' })
  readonly REDIS_URL!: string;

  /** Where embedded servers and made-up secrets are kept. */
  @IsString()
  readonly DATA_DIR: string = '.data';

  @IsString()
  @MinLength(16, { message: 'PUBLISHER_TOKEN must be set, with at least 16 characters' })
  readonly PUBLISHER_TOKEN!: string;

  @Is32BytesInBase64()
  @IsBase64({}, { message: ENCRYPTION_KEY_RULE })
  readonly ENCRYPTION_KEY!: string;

  /** Keys that ENCRYPTION_KEY replaced; they still decrypt until `npm run rotate-encryption-key` has run. */
  @toList
  @AreKeysInBase64()
  readonly PREVIOUS_ENCRYPTION_KEYS: string[] = [];

  @IsEmail({}, { message: 'ADMIN_EMAIL must be set to an e-mail address' })
  readonly ADMIN_EMAIL!: string;

  @IsString()
  @MinLength(10, { message: 'ADMIN_PASSWORD must be set, with at least 10 characters' })
  readonly ADMIN_PASSWORD!: string;

  /** Private addresses that may be delivered to all the same. */
  @toList
  @IsCidrList('ALLOWED_PRIVATE_CIDRS')
  readonly ALLOWED_PRIVATE_CIDRS: string[] = [];

  /** Name servers for customers' host names, as `address[:port]`; empty: the system's own. */
  @toList
  @IsNameServerList()
  readonly DNS_SERVERS: string[] = [];

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  readonly LOG_LEVEL: string = 'info';

  /** Where customers and staff reach this service, without a trailing slash; used in links. */
  @IsOptional()
  @Matches(/^https?:\/\/[^/]+$/, { message: 'PUBLIC_URL must be like https://webhooks.example.com' })
  readonly PUBLIC_URL?: string;

  /** Origins that may put the dashboard into an iframe and call the API from a browser. */
  @toList
  @IsString({ each: true })
  readonly ALLOWED_ORIGINS: string[] = [];

  /** Proxies in front of us, whose word on a client's address (`X-Forwarded-For`) is taken. */
  @toList
  @IsCidrList('TRUSTED_PROXIES')
  readonly TRUSTED_PROXIES: string[] = [];

  /** How many requests a minute an API key or dashboard session may make; 0: no limit. */
  @toInt
  @IsInt()
  @Min(0)
  readonly API_REQUESTS_PER_MINUTE: number = 12_000;

  /** Separates installations (and parallel test runs) that share one Redis. */
  @IsString()
  readonly REDIS_PREFIX: string = 'skipcalls';

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}

/** The environment is unusable; `problems` has one line for each variable that is wrong. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads and validates an environment.
 * @throws ConfigError naming every variable that is missing or wrong, without repeating its value.
 */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const known = Object.keys(plainToInstance(Config, {})).concat(
    'DATABASE_URL', 'REDIS_URL', 'PUBLISHER_TOKEN', 'ENCRYPTION_KEY', 'ADMIN_EMAIL', 'ADMIN_PASSWORD', 'PUBLIC_URL',
  ); // prettier-ignore
  const given = Object.fromEntries(
    known.map((name) => [name, environment[name]]).filter(([, value]) => value !== undefined && value !== ''),
  ) as Record<string, string>;
  const config = plainToInstance(Config, given, { exposeDefaultValues: true });
  const problems = validateSync(config).map(({ property, constraints }) => {
    const message = Object.values(constraints ?? {})[0] ?? 'is wrong';
    return message.startsWith(property) ? message : `${property}: ${message}`;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}
