import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { normaliseTime } from '@app/formatting';

/** A time in ISO 8601 with its zone becomes a `Date`; anything else stays as it is, for the validator to reject. */
export function ToTime(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    const time = typeof value === 'string' ? normaliseTime(value) : null;
    return time === null ? value : new Date(time);
  });
}

/** A time in ISO 8601 with its zone. The property becomes a `Date`. */
export function IsoTime(): PropertyDecorator {
  return applyDecorators(
    ToTime(),
    ValidateBy({
      name: 'isoTime',
      validator: {
        validate: (value) => value instanceof Date,
        defaultMessage: () => 'must be a time in ISO 8601 with its zone, such as 2026-11-23T10:00:00Z',
      },
    }),
  );
}
