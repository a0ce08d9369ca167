import { Controller, Get, Redirect, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DashboardSessions } from '@app/accounts';
import { Config, Problem } from '@app/platform';
import { LocalOnlyGuard } from '../inspector/local-only.guard';
import { publishCommand } from '../welcome';
import { DemoAccount } from './demo-account';

/** Ways into the demo that a newcomer can use again and again; real dashboard links work once. */
@ApiExcludeController()
@UseGuards(LocalOnlyGuard)
@Controller('inspector')
export class DemoController {
  constructor(
    private readonly demo: DemoAccount,
    private readonly sessions: DashboardSessions,
    private readonly config: Config,
  ) {}

  /** Opens the dashboard, signed in to the demo account. */
  @Get('dashboard')
  @Redirect()
  async dashboard(): Promise<{ url: string }> {
    const { token } = await this.sessions.createLink(await this.accountId());
    return { url: `/dashboard/login?token=${token}` };
  }

  /** The line to paste that publishes a call. */
  @Get('publish-command')
  async publishCommand(): Promise<{ command: string }> {
    return { command: publishCommand(this.config, await this.accountId()) };
  }

  private async accountId(): Promise<string> {
    const account = await this.demo.find();
    if (!account) throw Problem.notFound('demo account');
    return account.id;
  }
}
