import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { CallerRateLimitGuard } from '../rate-limits/caller-rate-limit.guard';
import { CustomerGuard } from './customer.guard';

/** A controller under `/v1` which only customers may call; its handlers take `@Caller()`. */
export function CustomerController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(`v1/${path}`),
    UseGuards(CustomerGuard, CallerRateLimitGuard),
    ApiBearerAuth('apiKey'),
  );
}
