import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  MaxLength,
  ValidateBy,
} from 'class-validator';
import { SCOPES, type ApiKey, type Scope } from '@app/accounts';
import { IsVisibleText } from '@app/platform';
import { ToTime } from '../http/iso-time';
import { MayBeLeftOut } from '../http/may-be-left-out';

function IsFutureTime(): PropertyDecorator {
  return ValidateBy({
    name: 'isFutureTime',
    validator: {
      validate: (value) => value instanceof Date && value.getTime() > Date.now(),
      defaultMessage: () => 'must be a time to come in ISO 8601, such as 2027-01-31T00:00:00Z',
    },
  });
}

export class CreateApiKeyBody {
  @ApiProperty({
    description: 'A name that tells people where the key is used',
    example: 'CRM server',
    minLength: 1,
    maxLength: 100,
  })
  @IsString()
  @MaxLength(100)
  @IsVisibleText()
  name!: string;

  @ApiPropertyOptional({
    description: 'When it stops working; if omitted: never. Not later than the key that creates it.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  @ToTime()
  @IsOptional()
  @IsFutureTime()
  expiresAt?: Date | null;

  @ApiPropertyOptional({
    description:
      '`READ`: read everything. `MANAGE`: change webhooks, send tests, retries and replays. `ADMIN`: everything, with ' +
      'API keys, sessions and erasures.',
    enum: SCOPES,
    isArray: true,
    minItems: 1,
    uniqueItems: true,
    default: ['ADMIN'],
    example: ['READ', 'MANAGE'],
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true, message: `must only have ${SCOPES.join(', ')}` })
  scopes?: Scope[];
}

/** An API key as its account sees it: the key itself is not known to us any more. */
export class ApiKeyView {
  @ApiProperty({ example: 'key_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'CRM server' })
  name!: string;

  @ApiProperty({ example: 'skc_live_…wxyz', description: 'Tells which key it is without telling the key' })
  hint!: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: Scope[];

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Kept to the minute' })
  lastUsedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: Date | null;
}

export class IssuedApiKeyView extends ApiKeyView {
  @ApiProperty({ example: 'skc_live_…', description: 'The key: keep it, it is never shown again' })
  key!: string;
}

export class ApiKeyPage {
  @ApiProperty({ type: [ApiKeyView] })
  data!: ApiKeyView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toApiKeyView(apiKey: ApiKey): ApiKeyView {
  const { id, name, hint, scopes, createdAt, lastUsedAt, expiresAt, revokedAt } = apiKey;
  return { id, name, hint, scopes, createdAt, lastUsedAt, expiresAt, revokedAt };
}
