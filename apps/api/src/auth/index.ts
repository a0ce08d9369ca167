export { Authenticated, type RouteScope } from './authenticated';
export { AuthModule } from './auth.module';
export { Caller, callerOf, type CustomerCaller } from './caller';
export { CustomerController } from './customer-controller';
export { CustomerGuard } from './customer.guard';
export { SessionCookie } from './session-cookie';
