import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type AdminJS from 'adminjs';
import {
  json,
  Router,
  static as staticFiles,
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import session from 'express-session';
import { Config, Problem, toProblem } from '@app/platform';
import { bounceCrossSite, sameOriginOnly, securityHeaders } from '../sign-in/request-guards';
import { plainPage } from '../sign-in/html';
import { SessionStore } from '../sign-in/session-store';
import { SignInRoutes, staffOf } from '../sign-in/sign-in.routes';
import { may, type Permission } from '../staff/permissions';
import type { CurrentStaff } from './asks-first';
import { browserFiles, loadAdminJs } from './modules';
import { ROOT } from './options';
import { ownLayout } from './own-layout';

export const ACTION_PERMISSIONS = Symbol('ACTION_PERMISSIONS');

type AdminRoute = (typeof import('adminjs'))['Router']['routes'][number];

/**
 * Mounts AdminJS in our own order: safety headers, files, where a request comes from, the session, signing in, who it
 * is and what they may do, and only then AdminJS. Its stock router has sign-in by form only, keeps tries in memory,
 * signs out by GET, parses uploads into temporary files, and asks no role.
 */
@Injectable()
export class BackofficeLoader {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionStore,
    private readonly signIn: SignInRoutes,
    @Inject(ACTION_PERMISSIONS) private readonly permissions: Map<string, Permission>,
  ) {}

  async register(admin: AdminJS, httpAdapter: AbstractHttpAdapter): Promise<void> {
    const { adminjs } = await loadAdminJs();
    const router = Router();
    router.use(securityHeaders);
    router.use(filesOf(adminjs.Router.assets));
    router.use(sameOriginOnly(this.config));
    router.use(bounceCrossSite);
    router.use(session(this.sessions.options()));
    router.use(this.signIn.publicRoutes());
    router.use(this.signIn.requireStaff());
    router.use(this.signIn.ownRoutes());
    // Our pages send JSON and nothing else: no form of another site could, even if it got so far.
    router.post('/{*path}', requireJson, json({ limit: '256kb' }));
    for (const route of adminjs.Router.routes) {
      if (route.action !== 'bundleComponents') this.bind(router, admin, route);
    }
    router.use((_request, _response, next) => next(Problem.notFound('page')));
    router.use(tellError);
    httpAdapter.getInstance<Express>().use(ROOT, router);
  }

  private bind(router: Router, admin: AdminJS, route: AdminRoute): void {
    const path = route.path.replace(/{(\w+)}/g, ':$1') || '/';
    const answer: RequestHandler = (request, response, next) =>
      this.answer(admin, route, request as Request, response, next);
    if (route.method === 'GET') router.get(path, answer);
    else router.post(path, answer);
  }

  private answer(
    admin: AdminJS,
    route: AdminRoute,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    const staff = staffOf(response);
    const currentStaff: CurrentStaff = {
      id: staff.id,
      email: staff.email,
      title: staff.role,
      name: staff.name,
      role: staff.role,
    };
    const { resourceId, action } = request.params as Record<string, string | undefined>;
    const isApi = route.path.startsWith('/api/');
    if (resourceId !== undefined) {
      const permission = this.permissions.get(`${resourceId}/${action ?? (isApi ? 'search' : 'list')}`);
      if (!permission || !may(staff.role, permission))
        return next(new Problem('forbidden', 'Your role does not allow this.'));
    }
    const Controller = route.Controller as unknown as new (
      context: { admin: AdminJS },
      staff: CurrentStaff,
    ) => Record<string, (request: object, response: Response) => Promise<unknown>>;
    const controller = new Controller({ admin }, currentStaff);
    const given = {
      params: { ...request.params },
      query: { ...request.query },
      payload: (request.body as object) ?? {},
      method: request.method.toLowerCase(),
    };
    controller[route.action](given, response).then((answered) => {
      if (response.headersSent) return;
      if (isApi) answerApi(response, answered);
      else response.type('html').send(ownLayout(String(answered), response.locals['nonce'] as string));
    }, next);
  }
}

/**
 * AdminJS tells a refusal, or a row that is not there, in a 200: here it gets the status that says so. Roles have been
 * looked at before, so what is refused here is refused for the row's state.
 */
function answerApi(response: Response, answered: unknown): void {
  const { record, notice } = (answered ?? {}) as {
    record?: { baseError?: { type?: string } };
    notice?: { type: string; message: string };
  };
  if (notice?.type !== 'error' || response.statusCode !== 200) {
    response.json(answered ?? {});
    return;
  }
  const type = record?.baseError?.type;
  const problem =
    type === 'ForbiddenError'
      ? new Problem('conflict', 'This is not possible in its present state.')
      : Problem.notFound('thing');
  const failed = { detail: problem.detail, errors: [] };
  response.status(problem.status).json({ ...(answered as object), failed });
}

/** Our own files and AdminJS's, always the production build of its scripts: the other is five times the size. */
function filesOf(assets: { path: string; src: string }[]): Router {
  const router = Router();
  const own = browserFiles();
  const options = { maxAge: '10m', cacheControl: true } as const;
  const send =
    (file: string): RequestHandler =>
    (_request, response, next) => {
      response.sendFile(file, options, (error) => error && next(error));
    };
  router.use('/assets', staticFiles(join(own, 'assets'), { ...options, index: false }));
  router.get('/frontend/assets/components.bundle.js', send(join(own, 'bundle.js')));
  for (const { path, src } of assets) {
    if (!path.endsWith('components.bundle.js'))
      router.get(path, send(src.replace(/(bundle)\.development\.js$/, '$1.production.js')));
  }
  return router;
}

const requireJson: RequestHandler = (request, _response, next) => {
  next(
    request.is('application/json')
      ? undefined
      : new Problem('unsupported_media_type', 'Send the body as application/json.'),
  );
};

/** People get a page, scripts get what our own components understand. What was our fault goes on to the log. */
const tellError: ErrorRequestHandler = (thrown: unknown, request, response, next) => {
  const error = isAdminJsError(thrown) ? Problem.notFound('page') : thrown;
  const problem = toProblem(error);
  if (problem.status >= 500 || response.headersSent) return next(error);
  response.status(problem.status);
  if (request.path.startsWith('/api/')) {
    const { detail } = problem;
    response.json({
      failed: { detail, errors: problem.extra.errors ?? [] },
      notice: { type: 'error', message: detail },
      code: problem.code,
    });
  } else {
    response
      .type('html')
      .send(
        plainPage(
          problem.status === 404 ? 'Nothing here' : 'Not allowed',
          `<p>${problem.detail}</p><p><a href="${ROOT}">To the start page</a></p>`,
        ),
      );
  }
};

/** AdminJS tells an unknown resource, record or action by plain errors of its own. */
function isAdminJsError(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/NotFound|Configuration/.test(error.name) || /There are no resources with given id/.test(error.message))
  );
}
