import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsIn, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { ACCOUNT_STATUSES, type Account, type AccountStatus } from '@app/accounts';
import { IsVisibleText, OptionalNotNull } from '@app/platform';

export class CreateAccountBody {
  @ApiProperty({ example: 'Acme Solar', minLength: 1, maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @IsVisibleText()
  name!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'customer-4711',
    description: "The account's id in the platform; unique",
    maxLength: 200,
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @IsVisibleText()
  externalId?: string | null;
}

export class CreatedAccountView {
  @ApiProperty({ example: 'acc_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'Acme Solar' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  externalId!: string | null;

  @ApiProperty({
    example: 'skc_live_…',
    description: 'Its first API key: hand it to the customer, it is never shown again',
  })
  apiKey!: string;
}

export class UpdateAccountBody {
  @ApiPropertyOptional({ example: 'Acme Solar', minLength: 1, maxLength: 200 })
  @OptionalNotNull()
  @IsString()
  @MaxLength(200)
  @IsVisibleText()
  name?: string;

  @ApiPropertyOptional({
    enum: ACCOUNT_STATUSES,
    description: '`SUSPENDED`: nothing is sent for it, and its API keys and dashboard sessions get 403',
  })
  @OptionalNotNull()
  @IsIn(ACCOUNT_STATUSES)
  status?: AccountStatus;
}

export class AccountView {
  @ApiProperty({ example: 'acc_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'Acme Solar' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  externalId!: string | null;

  @ApiProperty({ enum: ACCOUNT_STATUSES })
  status!: AccountStatus;
}

/** The person who will use the link. */
export class LinkActorBody {
  @ApiProperty({ example: 'user-17', description: "The person's id in the platform", maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @IsVisibleText()
  id!: string;

  @ApiProperty({ example: 'Ada Lovelace', maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @IsVisibleText()
  name!: string;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'ada@example.com', maxLength: 254 })
  @IsOptional()
  @IsEmail({}, { message: 'must be an email address' })
  @MaxLength(254)
  email?: string | null;
}

export class CreateDashboardLinkBody {
  @ApiPropertyOptional({
    type: LinkActorBody,
    description: 'What is done with the link is attributed to this person',
  })
  @OptionalNotNull()
  @IsObject()
  @ValidateNested()
  @Type(() => LinkActorBody)
  actor?: LinkActorBody;
}

export class DashboardLinkView {
  @ApiProperty({
    example: 'https://webhooks.example.com/dashboard/login?token=…',
    description: 'Opens the dashboard signed in, once',
  })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;
}

export function toAccountView({ id, name, externalId, status }: Account): AccountView {
  return { id, name, externalId, status };
}
