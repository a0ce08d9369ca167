import {
  type ArgumentMetadata,
  BadRequestException,
  Injectable,
  Param,
  PipeTransform,
  ValidationPipe,
  type ValidationError,
} from '@nestjs/common';
import { Problem, type FieldError } from './problem';
import { isId, type IdPrefix } from '../ids';

/** Validates DTOs strictly: an unknown field is rejected with its path, never dropped silently. */
export function strictValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    exceptionFactory: (errors) => Problem.invalid(errors.flatMap((error) => fieldErrors(error))),
  });
}

/**
 * Rejects what no parameter of a path or query may hold, by its name: a NUL character, which PostgreSQL cannot store or
 * compare, and the name `__proto__`, which JavaScript gives a meaning of its own.
 */
export class PlainInputPipe implements PipeTransform {
  transform(value: unknown, { type, data }: ArgumentMetadata): unknown {
    if (type !== 'query' && type !== 'param') return value;
    const whole = typeof value === 'object' && value !== null;
    const named = whole ? Object.entries(value as Record<string, unknown>) : [[data ?? type, value] as const];
    for (const [name, text] of named) {
      if (name === '__proto__') throw Problem.invalid([{ path: name, message: 'is not a known field' }]);
      if ([text].flat().some((one) => typeof one === 'string' && one.includes('\0')) || name.includes('\0'))
        throw Problem.invalid([
          { path: name.replaceAll('\0', '\\u0000'), message: 'must not contain a NUL character' },
        ]);
    }
    return value;
  }
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const path = /^\d+$/.test(error.property)
    ? `${parent}[${error.property}]`
    : parent
      ? `${parent}.${error.property}`
      : error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(message, error.property),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

/** The path says which field it is; class-validator's own messages say it once more. */
function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}

@Injectable()
class IdPipe implements PipeTransform {
  constructor(
    private readonly prefix: IdPrefix,
    private readonly what: string,
  ) {}

  transform(value: string): string {
    // What cannot be an id names nothing: the same answer as for somebody else's thing.
    if (!isId(this.prefix, value)) throw Problem.notFound(this.what);
    return value;
  }
}

/** The `:id` of a route, of a kind; anything else is a 404. */
export function IdParam(prefix: IdPrefix, what: string, name = 'id'): ParameterDecorator {
  return Param(name, new IdPipe(prefix, what));
}

/** A body must be a JSON object; arrays and scalars get a clear 400. */
export function requireObject(body: unknown): Record<string, unknown> {
  if (body === undefined) throw new BadRequestException('A JSON body is required.');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw Problem.invalid([{ path: '', message: 'must be a JSON object' }]);
  }
  return body as Record<string, unknown>;
}
