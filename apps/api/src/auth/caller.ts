import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** On whose behalf a request is made, and with what. */
export interface CustomerCaller {
  accountId: string;
  actor: { kind: 'key' | 'dashboard'; /** `key_…` or `ses_…` */ id: string };
}

declare module 'express' {
  interface Request {
    /** Set by CustomerGuard. */
    caller?: CustomerCaller;
  }
}

/** The caller of a route, as an argument: who writes a handler sees that every query needs its account. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CustomerCaller =>
  callerOf(context),
);

/** @throws when the route has no CustomerGuard, which is a mistake of ours. */
export function callerOf(context: ExecutionContext): CustomerCaller {
  const { caller } = context.switchToHttp().getRequest<Request>();
  if (!caller) throw new Error('The route has no CustomerGuard');
  return caller;
}
