import { Module } from '@nestjs/common';
import { DashboardLoginController } from './dashboard-login.controller';
import { SessionController, SessionsController } from './sessions.controller';
import { SignInController } from './sign-in.controller';

/** Signing in to the dashboard, by a link or by a key, and out of it. */
@Module({ controllers: [SignInController, SessionController, SessionsController, DashboardLoginController] })
export class SessionsApiModule {}
