import { Global, Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';

/** Global, because the guard of `@CustomerController` is built in whichever module has the controller. */
@Global()
@Module({ imports: [AccountsModule], exports: [AccountsModule] })
export class AuthModule {}
