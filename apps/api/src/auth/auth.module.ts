import { Global, Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { IdempotentAnswers } from '../idempotency/idempotent-answers';
import { RateLimiter } from '../rate-limits/rate-limiter';
import { SessionCookie } from './session-cookie';

/** Global, because the guards and interceptors of `@CustomerController` are built in whichever module has the controller. */
@Global()
@Module({
  imports: [AccountsModule],
  providers: [SessionCookie, RateLimiter, IdempotentAnswers],
  exports: [AccountsModule, SessionCookie, RateLimiter, IdempotentAnswers],
})
export class AuthModule {}
