import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { isBase64, isEmail } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** The processes of an installation; `npm start` is all three in one. */
export const PROCESSES = ['api', 'dispatcher', 'backoffice'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** How one environment variable is read. */
export interface Variable<T> {
  /** Turns the text into the value; undefined if the text is not acceptable. */
  read: (text: string) => T | undefined;
  /** What the variable must be, as in "PORT must be …"; never contains the value. */
  rule: string;
}

/** Which processes read a variable, and where it has to be set. */
export interface Usage {
  /** The processes that read it; if left out, every process and every command. */
  by?: readonly ProcessName[];
  /** A missing variable stops the start. */
  required?: boolean;
  /** A missing variable stops the start in production. */
  requiredInProduction?: boolean;
  /** In production, the accepted value must also pass this rule. */
  inProduction?: Variable<unknown>;
}

const REGISTRY = new Map<string, Variable<unknown> & Usage>();

/** Every declared variable by its name. The declaration of the property is the only list there is. */
export function declaredVariables(): ReadonlyMap<string, Variable<unknown> & Usage> {
  return REGISTRY;
}

/** Declares a property of `Config` as an environment variable of the same name. */
export function FromEnvironment<T>(variable: Variable<T>, usage: Usage = {}): PropertyDecorator {
  return (_target, name) => void REGISTRY.set(String(name), { ...variable, ...usage });
}

/** An integer in a range, both ends included. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Variable<number> {
  return {
    read: (text) => {
      const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
      return number >= least && number <= most ? number : undefined;
    },
    rule:
      most === Number.MAX_SAFE_INTEGER
        ? `an integer of at least ${least}`
        : `an integer from ${least} to ${most}`,
  };
}

export function oneOf<T extends string>(...values: T[]): Variable<T> {
  return {
    read: (text) => values.find((value) => value === text),
    rule: `one of ${values.join(', ')}`,
  };
}

export function text(rule = 'a text', minLength = 0): Variable<string> {
  return { read: (value) => (value.length >= minLength ? value : undefined), rule };
}

export function matching(pattern: RegExp, rule: string): Variable<string> {
  return { read: (value) => (pattern.test(value) ? value : undefined), rule };
}

/** A comma-separated list; blanks and empty items are ignored. */
export function listOf(isItem: (item: string) => boolean, rule: string): Variable<string[]> {
  return {
    read: (value) => {
      const items = value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
      return items.every(isItem) ? items : undefined;
    },
    rule: `a comma-separated list ${rule}`,
  };
}

export const port = integer(0, 65_535);

export const hostAddress: Variable<string> = {
  read: (value) => (isIP(value) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value) ? value : undefined),
  rule: 'an address to listen on, such as 127.0.0.1 or ::',
};

export const emailAddress: Variable<string> = {
  read: (value) => (isEmail(value) ? value : undefined),
  rule: 'an email address',
};

export const encryptionKey: Variable<string> = {
  read: (value) => (is32BytesInBase64(value) ? value : undefined),
  rule: '32 bytes in base64 (create one: openssl rand -base64 32)',
};

export const encryptionKeys = listOf(is32BytesInBase64, 'of keys like ENCRYPTION_KEY');

export const cidrs = listOf((cidr) => ipaddr.isValidCIDR(cidr), 'such as 127.0.0.0/8,::1/128');

export const nameServers = listOf(isNameServer, 'such as 1.1.1.1,[2606:4700::1111]:53');

export const origins = listOf(
  isOrigin,
  'of origins such as https://app.example.com, without a path or a trailing slash',
);

export const publicUrl = matching(
  /^https?:\/\/[^/?#@\s]+$/,
  'an origin such as https://webhooks.example.com',
);

export const httpsUrl = matching(/^https:\/\//, 'an https origin such as https://webhooks.example.com');

function is32BytesInBase64(value: string): boolean {
  return isBase64(value) && Buffer.from(value, 'base64').length === 32;
}

/** The resolver itself decides what it can use. */
function isNameServer(server: string): boolean {
  try {
    new Resolver().setServers([server]);
    return Number(/^(?:[\d.]+|\[.*\]):(\d+)$/.exec(server)?.[1] ?? 53) <= 65_535;
  } catch {
    return false;
  }
}

/** A browser sends an origin without a trailing slash; any other spelling would never match. */
function isOrigin(value: string): boolean {
  return URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value;
}
