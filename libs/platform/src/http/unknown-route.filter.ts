import { ArgumentsHost, Catch, type INestApplication, NotFoundException } from '@nestjs/common';
import type { Application, Request, Response } from 'express';
import type { AnonymousLimit } from './limits/anonymous-limit';
import { Problem } from './problem';
import { ProblemFilter } from './problem.filter';

/** A layer of Express's router; only those of routes have `route`. */
interface RouterLayer {
  route?: { methods: Record<string, boolean> };
  match(path: string): boolean;
}

/**
 * What no route answers: 405 with `Allow` when the path is there for other methods, else 404. Handlers throw
 * `Problem`, so a `NotFoundException` comes from the router alone.
 */
@Catch(NotFoundException)
export class UnknownRouteFilter extends ProblemFilter {
  constructor(
    private readonly app: INestApplication,
    anonymous: AnonymousLimit | null = null,
  ) {
    super(anonymous);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const { path, method } = request;
    const allowed = this.methodsOf(path, method);
    const problem =
      allowed.length > 0
        ? new Problem('method_not_allowed', `${method} is not possible here.`, {
            headers: { Allow: allowed.join(', ') },
          })
        : new Problem('not_found', 'There is no such route.');
    // Its credentials, if there are any, were not looked at.
    this.countAndRespond(problem, error, request, http.getResponse<Response>());
  }

  private methodsOf(path: string, refused: string): string[] {
    const express = this.app.getHttpAdapter().getInstance() as Application;
    const layers = (express as unknown as { router: { stack: RouterLayer[] } }).router.stack;
    const methods = layers
      // What takes the very method that was refused has passed it on: a middleware, no route.
      .filter((layer) => layer.route && !layer.route.methods[refused.toLowerCase()] && matches(layer, path))
      .flatMap((layer) => Object.keys(layer.route!.methods).filter((method) => method !== '_all'));
    return [...new Set(methods.map((method) => method.toUpperCase()))].sort();
  }
}

/** A path that cannot be decoded makes `match` throw; it matches nothing. */
function matches(layer: RouterLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
