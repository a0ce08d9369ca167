import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { Account } from './account.entity';
import { AccountService } from './account.service';
import { ApiKeyAuthenticator } from './api-key.authenticator';
import { ApiKey } from './api-key.entity';
import { ApiKeyService } from './api-key.service';
import { AuditEntry } from './audit-entry.entity';
import { AuditTrail } from './audit-trail';
import { DashboardSessions } from './dashboard-sessions';

/** Whose it is: accounts, their API keys, and the trail of who changed what. */
@Module({
  imports: [MikroOrmModule.forFeature([Account, ApiKey, AuditEntry])],
  providers: [AccountService, ApiKeyAuthenticator, ApiKeyService, AuditTrail, DashboardSessions],
  exports: [AccountService, ApiKeyService, AuditTrail, DashboardSessions],
})
export class AccountsModule {}
