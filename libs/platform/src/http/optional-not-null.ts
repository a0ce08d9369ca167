import { ValidateIf } from 'class-validator';

/** A field that may be omitted, but not be null: `@IsOptional()` would let null through. */
export function OptionalNotNull(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
