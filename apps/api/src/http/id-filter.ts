import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { isId, type IdPrefix } from '@app/platform';
import { MayBeLeftOut } from './may-be-left-out';

/** A query parameter that is an id of a kind. Somebody else's id is taken too: it just matches nothing. */
export function IdFilter(prefix: IdPrefix, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, example: `${prefix}_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22` }),
    MayBeLeftOut(),
    IsIdOf(prefix),
  );
}

/** A value that is an id of a kind. */
export function IsIdOf(prefix: IdPrefix): PropertyDecorator {
  return ValidateBy({
    name: 'isIdOfKind',
    validator: {
      validate: (value) => isId(prefix, value),
      defaultMessage: () => `must be an id that begins with ${prefix}_`,
    },
  });
}
