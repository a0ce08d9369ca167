import {
  BadRequestException,
  Injectable,
  Param,
  PipeTransform,
  ValidationPipe,
  type ValidationError,
} from '@nestjs/common';
import { Problem, type FieldError } from './problem';
import { isId, type IdPrefix } from '../ids';

/** Validates DTOs strictly: a field that is not known is refused by its path, never dropped in silence. */
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
