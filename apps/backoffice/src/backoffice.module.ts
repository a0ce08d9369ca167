import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import {
  Attempt,
  Delivery,
  DeliveryCommandsModule,
  DeliveryReadingModule,
  ExpungeModule,
  ReplayModule,
} from '@app/delivery';
import { Event, EventReadingModule, RejectedPublicationRecord } from '@app/events';
import { WebhooksModule } from '@app/webhooks';
import { AdminActions } from './actions/admin-actions';
import { DeliveryActions } from './actions/delivery-actions';
import { Reveal } from './actions/reveal';
import { ReplayActions } from './actions/replay-actions';
import { WebhookActions } from './actions/webhook-actions';
import { BackofficeAdmin } from './adminjs/backoffice-admin';
import { BackofficePages } from './adminjs/backoffice-pages';
import { ACTION_RULES, BackofficeLoader } from './adminjs/backoffice.loader';
import { adminOptions, rulesOf } from './adminjs/options';
import { FindService } from './find/find.service';
import { AccountPage } from './pages/account-page';
import { DeliveryPage } from './pages/delivery-page';
import { EventPage } from './pages/event-page';
import { WebhookPage } from './pages/webhook-page';
import { SessionStore } from './sign-in/session-store';
import { SecurityRoutes } from './sign-in/security.routes';
import { SignInRoutes } from './sign-in/sign-in.routes';
import { SignInThrottle } from './sign-in/sign-in-throttle';
import { Credentials } from './staff/credentials';
import { FirstStaffUser } from './staff/first-staff-user';
import { StaffService } from './staff/staff.service';
import { RecoveryCode } from './staff/recovery-code.entity';
import { StaffSession } from './staff/staff-session.entity';
import { StaffSessions } from './staff/staff-sessions';
import { StaffUser } from './staff/staff-user.entity';
import { MinuteSampler } from './start-page/minute-sampler';
import { StartPage } from './start-page/start-page';

/** Everything of the backoffice but AdminJS itself. */
@Module({
  imports: [
    MikroOrmModule.forFeature([
      StaffUser,
      StaffSession,
      RecoveryCode,
      Event,
      RejectedPublicationRecord,
      Delivery,
      Attempt,
    ]),
    AccountsModule,
    WebhooksModule,
    EventReadingModule,
    DeliveryReadingModule,
    DeliveryCommandsModule,
    ReplayModule,
    ExpungeModule,
  ],
  providers: [
    StaffService,
    StaffSessions,
    Credentials,
    FirstStaffUser,
    SessionStore,
    SignInThrottle,
    SignInRoutes,
    SecurityRoutes,
    MinuteSampler,
    StartPage,
    FindService,
    AccountPage,
    WebhookPage,
    EventPage,
    DeliveryPage,
    BackofficePages,
    DeliveryActions,
    ReplayActions,
    WebhookActions,
    AdminActions,
    Reveal,
    BackofficeAdmin,
    {
      provide: ACTION_RULES,
      inject: [BackofficeAdmin],
      useFactory: async (admin: BackofficeAdmin) => rulesOf(await admin.parts()),
    },
  ],
  exports: [BackofficeAdmin, SessionStore, SignInRoutes, SecurityRoutes, ACTION_RULES],
})
class StaffToolsModule {}

/** `@adminjs/nestjs` is an ES module: it comes by dynamic import, which Nest awaits. */
async function adminModule(): Promise<DynamicModule> {
  const { AdminModule } = await import('@adminjs/nestjs');
  return AdminModule.createAdminAsync({
    imports: [StaffToolsModule],
    inject: [BackofficeAdmin],
    useFactory: async (admin: BackofficeAdmin) => ({ adminJsOptions: adminOptions(await admin.parts()) }),
    customLoader: BackofficeLoader,
  });
}

/** The tool of support staff, at `/admin`. */
@Module({ imports: [StaffToolsModule, adminModule()] })
export class BackofficeModule {}
