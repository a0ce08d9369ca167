import { isPlainText, type FieldError } from '@app/platform';
import { certificateError, keyError, pairError } from './client-certificate';
import { AUTH_TYPES, type WebhookAuth } from './webhook-auth';

type Given = Record<string, unknown>;
type Rule = (value: unknown) => string | null;

interface Fields {
  required: Record<string, Rule>;
  optional?: Record<string, Rule>;
}

const MAX_TOKEN = 4_096;
const MAX_NAME = 256;
const MAX_PASSWORD = 1_024;

/** What RFC 6750 and common servers accept in a header: visible ASCII, without spaces. */
const TOKEN = /^[\x21-\x7e]+$/;

/** What is wrong with authentication that a customer wants to set, with a path below `auth`. No message has a value in it. */
export function authErrors(auth: unknown): FieldError[] {
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth))
    return [{ path: 'auth', message: 'must be an object, or null' }];
  const given = auth as Given;
  const fields = fieldsOf(given.type);
  if (!fields) return [{ path: 'auth.type', message: `must be one of ${AUTH_TYPES.join(', ')}` }];
  const { required, optional = {} } = fields;
  const errors: FieldError[] = [];
  const add = (field: string, message: string | null): void => {
    if (message) errors.push({ path: `auth.${field}`, message });
  };
  for (const [field, rule] of Object.entries(required))
    add(field, given[field] === undefined ? 'is required' : rule(given[field]));
  for (const [field, rule] of Object.entries(optional))
    if (given[field] !== undefined) add(field, rule(given[field]));
  for (const field of Object.keys(given))
    if (field !== 'type' && !Object.hasOwn(required, field) && !Object.hasOwn(optional, field))
      add(field.slice(0, MAX_NAME), `is not a known field of type ${String(given.type)}`);
  if (given.type === 'MTLS' && errors.length === 0)
    add('key', pairError(given.certificate as string, given.key as string));
  return errors;
}

function fieldsOf(type: unknown): Fields | null {
  switch (type as WebhookAuth['type']) {
    case 'BEARER':
      return { required: { token: tokenError } };
    case 'BASIC':
      return { required: { username: usernameError, password: text(MAX_PASSWORD) } };
    case 'MTLS':
      return {
        required: { certificate: certificateError, key: keyError },
        optional: { ca: certificateError },
      };
    default:
      return null;
  }
}

function tokenError(value: unknown): string | null {
  return (
    text(MAX_TOKEN)(value) ??
    (TOKEN.test(value as string) ? null : 'must be visible ASCII characters without spaces')
  );
}

function usernameError(value: unknown): string | null {
  return (
    text(MAX_NAME)(value) ??
    // RFC 7617: the first colon ends the user name.
    ((value as string).includes(':') ? 'must not contain a colon' : null)
  );
}

function text(max: number): Rule {
  return (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (value === '') return 'must not be empty';
    if (value.length > max) return `must be at most ${max.toLocaleString('en')} characters`;
    return isPlainText(value) && !/[\r\n\t]/.test(value) ? null : 'has a control character in it';
  };
}
