import { Global, Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { RateLimiter } from '../rate-limits/rate-limiter';
import { SessionCookie } from './session-cookie';

/** Global, because the guards of `@CustomerController` are built in whichever module has the controller. */
@Global()
@Module({
  imports: [AccountsModule],
  providers: [SessionCookie, RateLimiter],
  exports: [AccountsModule, SessionCookie, RateLimiter],
})
export class AuthModule {}
