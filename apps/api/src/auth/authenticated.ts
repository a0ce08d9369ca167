import 'reflect-metadata';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants';
import { ApiExtension } from '@nestjs/swagger';
import type { Scope } from '@app/accounts';

const SCOPE_METADATA = 'skipcalls:scope';

/** The scope that a route needs; `ANY`: whatever key or session, for what every caller may know of itself. */
export type RouteScope = Scope | 'ANY';

/** Declares the scope that a route of a `@CustomerController` needs. Every route has to have one. */
export function Authenticated({ scope }: { scope: RouteScope }): MethodDecorator {
  return applyDecorators(SetMetadata(SCOPE_METADATA, scope), ApiExtension('x-required-scope', scope));
}

/** The scope that a handler declares. */
export function scopeOf(handler: object): RouteScope | undefined {
  return Reflect.getMetadata(SCOPE_METADATA, handler) as RouteScope | undefined;
}

/**
 * Runs when the class is defined, so that no process starts with a route whose scope was forgotten.
 * @throws Error naming the route.
 */
export const EveryRouteHasAScope: ClassDecorator = (controller) => {
  const prototype = controller.prototype as Record<string, object>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'constructor') continue;
    const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(PATH_METADATA, handler)) continue;
    if (scopeOf(handler) === undefined)
      throw new Error(
        `${controller.name}.${name} must declare the scope that it needs: @Authenticated({ scope: … })`,
      );
  }
};
