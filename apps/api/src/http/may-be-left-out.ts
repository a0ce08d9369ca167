import { ValidateIf } from 'class-validator';

/** A field that may be left out, but not be null: `@IsOptional()` would let null through. */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
