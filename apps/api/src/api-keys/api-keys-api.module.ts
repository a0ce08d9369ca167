import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { ApiKeysController } from './api-keys.controller';

@Module({ imports: [AccountsModule], controllers: [ApiKeysController] })
export class ApiKeysApiModule {}
