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
  type RequestHandler,
} from 'express';
import session from 'express-session';
import { Config, Problem, toProblem } from '@app/platform';
import { bounceCrossSite, exactPath, sameOriginOnly, securityHeaders } from '../sign-in/request-guards';
import { errorPage } from '../sign-in/html';
import { SecurityRoutes } from '../sign-in/security.routes';
import { isHttps, publicScheme, SessionStore } from '../sign-in/session-store';
import { SignInRoutes } from '../sign-in/sign-in.routes';
import { AdminRoutes, type ActionRules } from './admin-routes';
import { browserFiles, loadAdminJs } from './modules';
import { ROOT } from './options';

export const ACTION_RULES = Symbol('ACTION_RULES');

/**
 * Mounts AdminJS in our own order: safety headers, files, where a request comes from, the session, signing in, who it
 * is and what they may do, and only then a body is read and AdminJS called. Its stock router has sign-in by form only,
 * keeps tries in memory, signs out by GET, parses uploads into temporary files, and asks no role.
 */
@Injectable()
export class BackofficeLoader {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionStore,
    private readonly signIn: SignInRoutes,
    private readonly security: SecurityRoutes,
    @Inject(ACTION_RULES) private readonly rules: ActionRules,
  ) {}

  async register(admin: AdminJS, httpAdapter: AbstractHttpAdapter): Promise<void> {
    const { adminjs } = await loadAdminJs();
    const router = Router({ caseSensitive: true });
    router.use(exactPath(ROOT));
    router.use(securityHeaders(isHttps(this.config)));
    router.use(filesOf(adminjs.Router.assets));
    router.use(sameOriginOnly(this.config));
    router.use(bounceCrossSite);
    router.use(publicScheme(this.config));
    router.use(session(this.sessions.options()));
    router.use(this.signIn.publicRoutes());
    router.use(this.signIn.requireStaff());
    router.use(this.security.routes());
    // Our pages send JSON and nothing else: no form of another site could, even if it got so far.
    router.post('/{*path}', requireJson, json({ limit: '64kb' }));
    const routes = new AdminRoutes(admin, this.rules);
    for (const route of adminjs.Router.routes)
      if (route.action !== 'bundleComponents') routes.bind(router, route);
    router.use((_request, _response, next) => next(Problem.notFound('page')));
    router.use(answerError);
    httpAdapter.getInstance<Express>().use(ROOT, router);
  }
}

/** Our own files and AdminJS's, always the production build of its scripts: the other is five times the size. */
function filesOf(assets: { path: string; src: string }[]): Router {
  const router = Router({ caseSensitive: true });
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
const answerError: ErrorRequestHandler = (thrown: unknown, request, response, next) => {
  const problem = toProblem(isAdminJsError(thrown) ? Problem.notFound('page') : thrown);
  if (problem.status >= 500 || response.headersSent) return next(problem);
  response.status(problem.status).set(problem.extra.headers ?? {});
  if (request.path.startsWith('/api/')) {
    const { detail } = problem;
    response.json({
      failed: { detail, errors: problem.extra.errors ?? [] },
      notice: { type: 'error', message: detail },
      code: problem.code,
    });
  } else {
    response.type('html').send(errorPage(problem.status, problem.detail));
  }
};

/** AdminJS reports an unknown resource, record or action by plain errors of its own. */
function isAdminJsError(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/NotFound|Configuration/.test(error.name) || /There are no resources with given id/.test(error.message))
  );
}
