import { Global, Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { IdempotentAnswers } from '../idempotency/idempotent-answers';
import { SessionCookie } from './session-cookie';

/** Global, because the guards and interceptors of `@CustomerController` are built in whichever module has the controller. */
@Global()
@Module({
  imports: [AccountsModule],
  providers: [SessionCookie, IdempotentAnswers],
  exports: [AccountsModule, SessionCookie, IdempotentAnswers],
})
export class AuthModule {}
