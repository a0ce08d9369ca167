import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor, Scope } from '@app/accounts';

/** On whose behalf a request is made, and with what. */
export interface CustomerCaller {
  accountId: string;
  /** For the audit trail. */
  actor: Actor;
  /** The `key_…` or `ses_…` that the request showed. */
  credentialId: string;
  scopes: readonly Scope[];
  /** The key that the request showed or that opened its session; null for a session that a link opened. */
  keyId: string | null;
  /** When that key ends; null: never, or no key. */
  expiresAt: Date | null;
}

declare module 'express' {
  interface Request {
    /** Set by CustomerGuard. */
    caller?: CustomerCaller;
  }
}

/** The caller of a route, as an argument: a handler's signature shows that every query needs its account. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CustomerCaller =>
  callerOf(context),
);

/** @throws when the route has no CustomerGuard, which is a mistake of ours. */
export function callerOf(context: ExecutionContext): CustomerCaller {
  const { caller } = context.switchToHttp().getRequest<Request>();
  if (!caller) throw new Error('The route has no CustomerGuard');
  return caller;
}
