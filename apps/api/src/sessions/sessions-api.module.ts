import { Module } from '@nestjs/common';
import { DashboardLoginController } from './dashboard-login.controller';
import { SessionController, SignInController } from './sessions.controller';

/** Signing in to the dashboard, by a link or by a key, and out of it. */
@Module({ controllers: [SignInController, SessionController, DashboardLoginController] })
export class SessionsApiModule {}
