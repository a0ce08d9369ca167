import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IsPlainText } from '@app/platform';
import { MayBeLeftOut } from './may-be-left-out';

/** The query parameter `q` of lists of events and deliveries. */
export function CallQuery(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      description:
        'An event, delivery, or call id, or a phone number in any usual notation. Two numbers are the same if their ' +
        'last 8 digits are.',
      example: '(415) 555-0100',
      maxLength: 255,
    }),
    MayBeLeftOut(),
    IsString(),
    MaxLength(255),
    IsPlainText(),
  );
}
