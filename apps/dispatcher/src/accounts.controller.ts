import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { AccountService, AuditTrail, DashboardSessions, type Actor } from '@app/accounts';
import { IdParam, IsPlainText, Problem, PublicUrl } from '@app/platform';
import { PublisherGuard } from './publisher.guard';

/** There is one publisher token: who shows it is the platform. */
const PLATFORM: Actor = { kind: 'publisher', id: 'platform' };

export class CreateAccountBody {
  @ApiProperty({ example: 'Acme Solar', minLength: 1, maxLength: 200 })
  @IsString()
  @MaxLength(200)
  @IsPlainText()
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
  @IsPlainText()
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

export class DashboardLinkView {
  @ApiProperty({
    example: 'https://webhooks.example.com/dashboard/login?token=…',
    description: 'Opens the dashboard signed in, once',
  })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;
}

/** What the platform tells us of its customers. */
@ApiTags('Internal: accounts')
@ApiBearerAuth('publisher')
@UseGuards(PublisherGuard)
@Controller('internal/v1/accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountService,
    private readonly sessions: DashboardSessions,
    private readonly audit: AuditTrail,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create an account with its first API key' })
  @ApiCreatedResponse({ type: CreatedAccountView })
  async create(@Body() body: CreateAccountBody): Promise<CreatedAccountView> {
    const { account, plainKey } = await this.accounts.create(body, PLATFORM);
    return { id: account.id, name: account.name, externalId: account.externalId, apiKey: plainKey };
  }

  @Post(':id/dashboard-links')
  @ApiOperation({
    summary: 'Make a link that opens the dashboard of an account',
    description: 'Works once, within ten minutes.',
  })
  @ApiCreatedResponse({ type: DashboardLinkView })
  async createLink(@IdParam('acc', 'account') accountId: string): Promise<DashboardLinkView> {
    const account = await this.accounts.find(accountId);
    if (!account) throw Problem.notFound('account');
    const { token, expiresAt } = await this.sessions.createLink(account.id);
    await this.audit.record({
      accountId,
      actor: PLATFORM,
      action: 'dashboard-link.create',
      subject: account.id,
    });
    return { url: `${this.publicUrl.base}/dashboard/login?token=${token}`, expiresAt };
  }
}
