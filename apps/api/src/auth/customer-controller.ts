import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor';
import { CallerRateLimitGuard } from '../rate-limits/caller-rate-limit.guard';
import { EveryRouteHasAScope } from './authenticated';
import { CustomerGuard } from './customer.guard';

/**
 * A controller under `/v1` that only customers may call; its handlers take `@Caller()`, and each declares the scope
 * that it needs by `@Authenticated`. Every route is limited by key, and every POST takes an `Idempotency-Key`.
 */
export function CustomerController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(`v1/${path}`),
    UseGuards(CustomerGuard, CallerRateLimitGuard),
    UseInterceptors(IdempotencyInterceptor),
    ApiBearerAuth('apiKey'),
    EveryRouteHasAScope,
  );
}
