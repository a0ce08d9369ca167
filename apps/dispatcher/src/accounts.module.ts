import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AccountsController } from './accounts.controller';

@Module({ imports: [AccountsModule], controllers: [AccountsController] })
export class AccountsHttpModule {}
