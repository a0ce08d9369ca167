import {
  CUSTOM_METHODS,
  EVENT_TYPES,
  sampleCallData,
  TemplateError,
  type CustomRequest,
  type EventType,
  type TemplateRenderer,
} from '@app/formatting';
import type { FieldError } from '@app/platform';
import { customHeaderErrors } from './custom-headers';

/** In characters. */
const MAX_BODY = 65_536;
const FIELDS = ['method', 'body', 'headers'];
/** What belongs into `auth` or the webhook's own `headers`, which are encrypted. Templates are not. */
const SECRET_HEADERS = ['authorization', 'cookie'];

/** What is wrong with a custom request as it is written. */
export function customRequestErrors(request: unknown): FieldError[] {
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return [{ path: 'request', message: 'must be an object, or null' }];
  const { method, body, headers } = request as Record<string, unknown>;
  const errors = Object.keys(request)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => ({ path: `request.${field.slice(0, 100)}`, message: 'is not a known field' }));
  const add = (field: string, message: string): void => {
    errors.push({ path: `request.${field}`, message });
  };
  if (!(CUSTOM_METHODS as readonly unknown[]).includes(method))
    add('method', `must be one of ${CUSTOM_METHODS.join(', ')}`);
  if (typeof body !== 'string') add('body', 'must be a string, a Liquid template that gives JSON');
  else if (body.trim() === '') add('body', 'must not be empty');
  else if (body.length > MAX_BODY) add('body', `must be at most ${MAX_BODY.toLocaleString('en')} characters`);
  else if (body.includes('\0')) add('body', 'must not contain a NUL character');
  if (headers !== undefined) errors.push(...headerErrors(headers));
  return errors;
}

function headerErrors(headers: unknown): FieldError[] {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    return [{ path: 'request.headers', message: 'must be an object' }];
  const errors = customHeaderErrors(headers as Record<string, string>).map(({ path, message }) => ({
    path: `request.${path}`,
    message,
  }));
  for (const name of Object.keys(headers))
    if (SECRET_HEADERS.includes(name.toLowerCase()))
      errors.push({
        path: `request.headers.${name}`,
        message: 'is not encrypted here: use auth, or headers of the webhook',
      });
  return errors;
}

/** What is wrong with a custom request when it is rendered with a sample event of each type that the webhook receives. */
export async function renderingErrors(
  renderer: TemplateRenderer,
  request: CustomRequest,
  events: readonly EventType[],
): Promise<FieldError[]> {
  for (const type of EVENT_TYPES.filter((of) => events.includes(of))) {
    const data = JSON.stringify(sampleCallData(type));
    const event = { id: SAMPLE_EVENT_ID, type, occurredAt: new Date(), data, test: true };
    try {
      await renderer.render(`sample ${type}`, request, event);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return [{ path: error.path, message: `fails with a sample event of type ${type}: ${error.message}` }];
    }
  }
  return [];
}

const SAMPLE_EVENT_ID = 'evt_019ab000-0000-7000-8000-000000000001';
