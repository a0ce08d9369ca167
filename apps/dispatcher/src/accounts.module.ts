import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AccountsController } from './accounts.controller';
import { PublisherTokenModule } from './publisher-token';

@Module({ imports: [AccountsModule, PublisherTokenModule], controllers: [AccountsController] })
export class AccountsHttpModule {}
