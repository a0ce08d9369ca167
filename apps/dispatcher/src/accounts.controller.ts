import { Body, Controller, Patch, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccountService, AuditTrail, DashboardSessions, type Actor } from '@app/accounts';
import { IdParam, Problem, PublicUrl } from '@app/platform';
import {
  AccountView,
  CreateAccountBody,
  CreateDashboardLinkBody,
  CreatedAccountView,
  DashboardLinkView,
  toAccountView,
  UpdateAccountBody,
} from './accounts.dto';
import { PublisherGuard } from './publisher.guard';

/** There is one publisher token: whatever shows it is the platform. */
const PLATFORM: Actor = { kind: 'publisher', id: 'platform' };

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

  @Patch(':id')
  @ApiOperation({
    summary: 'Rename, suspend, or reactivate an account',
    description: 'What is left out stays as it is.',
  })
  @ApiOkResponse({ type: AccountView })
  async update(
    @IdParam('acc', 'account') accountId: string,
    @Body() body: UpdateAccountBody,
  ): Promise<AccountView> {
    return toAccountView(await this.accounts.update(accountId, body, PLATFORM));
  }

  @Post(':id/dashboard-links')
  @ApiOperation({
    summary: 'Create a link that opens the dashboard of an account',
    description: 'Works once, within ten minutes: it opens a page with a button, and the button signs in.',
  })
  @ApiCreatedResponse({ type: DashboardLinkView })
  async createLink(
    @IdParam('acc', 'account') accountId: string,
    @Body() { actor }: CreateDashboardLinkBody,
  ): Promise<DashboardLinkView> {
    const account = await this.accounts.find(accountId);
    if (!account) throw Problem.notFound('account');
    const { token, expiresAt } = await this.sessions.createLink(
      account.id,
      actor ? { id: actor.id, name: actor.name, email: actor.email ?? null } : null,
    );
    await this.audit.record({
      accountId,
      actor: PLATFORM,
      action: 'dashboard-link.create',
      subject: account.id,
      details: actor ? { for: actor.id } : undefined,
    });
    return { url: `${this.publicUrl.base}/dashboard/login?token=${token}`, expiresAt };
  }
}
