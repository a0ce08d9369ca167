import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A time in ISO 8601 with its zone becomes a `Date`; anything else stays what it is, for the validator to refuse. */
export function ToTime(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value))
      ? new Date(value)
      : value,
  );
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
