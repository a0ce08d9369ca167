import type AdminJS from 'adminjs';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { Problem } from '@app/platform';
import { visibleAnswer, visiblePage } from '../privacy/answers';
import { staffOf } from '../sign-in/forms';
import { may, type Permission } from '../staff/permissions';
import { adminRequest, type AdminRequest } from './admin-request';
import type { CurrentStaff } from './asks-first';
import { ownLayout } from './own-layout';

/** What an action needs: a permission, and what it is about. */
export interface ActionRule {
  permission: Permission;
  kind: 'resource' | 'record' | 'bulk';
}

export type ActionRules = ReadonlyMap<string, ActionRule>;

export type AdminRoute = (typeof import('adminjs'))['Router']['routes'][number];

/** Methods of AdminJS's controllers, by what they are about. */
const KIND_OF_ROUTE: Record<string, ActionRule['kind']> = {
  resource: 'resource',
  resourceAction: 'resource',
  search: 'resource',
  recordAction: 'record',
  bulkAction: 'bulk',
};
/** Routes that name no action. */
const IMPLIED_ACTION: Record<string, string> = { resource: 'list', search: 'search' };

/** Puts AdminJS's routes behind the rules, its input through `adminRequest`, and its answers through `visibleAnswer`. */
export class AdminRoutes {
  constructor(
    private readonly admin: AdminJS,
    private readonly rules: ActionRules,
  ) {}

  bind(router: Router, route: AdminRoute): void {
    const path = route.path.replace(/{(\w+)}/g, ':$1') || '/';
    const answer: RequestHandler = (request, response, next) => {
      this.answer(route, request as Request, response, next).catch(next);
    };
    if (route.method === 'GET') router.get(path, answer);
    else router.post(path, answer);
  }

  private async answer(
    route: AdminRoute,
    request: Request,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const { id, email, name, role } = staffOf(response);
    const staff: CurrentStaff = { id, email, title: role, name, role };
    const given = adminRequest(request);
    const refusal = this.refusal(route, given, staff);
    if (refusal) return next(refusal);
    // AdminJS keeps `search` for old clients, and complains about each request.
    const action = route.action === 'search' ? 'resourceAction' : route.action;
    if (route.action === 'search') given.params['action'] = 'search';
    const Controller = route.Controller as unknown as new (
      context: { admin: AdminJS },
      staff: CurrentStaff,
    ) => Record<string, (request: AdminRequest, response: Response) => Promise<unknown>>;
    const answered = await new Controller({ admin: this.admin }, staff)[action](given, response);
    if (response.headersSent) return;
    const { resourceId, pageName } = given.params;
    if (!route.path.startsWith('/api/')) {
      response.type('html').send(ownLayout(String(answered), response.locals['nonce'] as string));
    } else if (resourceId === undefined) {
      response.json(visiblePage(pageName ?? 'dashboard', answered, staff));
    } else {
      answerApi(response, answered, visibleAnswer(resourceId, answered, staff));
    }
  }

  /** Why a request is not handed to AdminJS; null when it is. */
  private refusal(route: AdminRoute, { params, query }: AdminRequest, staff: CurrentStaff): Problem | null {
    if ('pageName' in params) {
      const pages = this.admin.options.pages ?? {};
      return Object.hasOwn(pages, params['pageName']) ? null : Problem.notFound('page');
    }
    if (!('resourceId' in params)) return null;
    const action = params['action'] ?? IMPLIED_ACTION[route.action];
    const rule = this.rules.get(`${params['resourceId']}/${action}`);
    if (!rule || !may(staff.role, rule.permission))
      return new Problem('forbidden', 'Your role does not allow this.');
    if (rule.kind !== KIND_OF_ROUTE[route.action]) return Problem.notFound('page');
    if (rule.kind === 'bulk' && !query['recordIds'])
      return Problem.invalid([{ path: 'recordIds', message: 'must name at least one row' }]);
    return null;
  }
}

/**
 * AdminJS reports a refusal, or a row that is not there, in a 200: here it gets the status that says so. Roles have been
 * looked at before, so what is refused here is refused for the row's state.
 */
function answerApi(response: Response, answered: unknown, visible: object): void {
  const { record, notice } = (answered ?? {}) as {
    record?: { baseError?: { type?: string } };
    notice?: { type: string };
  };
  if (notice?.type !== 'error' || response.statusCode !== 200) {
    response.json(visible);
    return;
  }
  const problem =
    record?.baseError?.type === 'ForbiddenError'
      ? new Problem('conflict', 'This is not possible in its present state.')
      : Problem.notFound('record');
  response.status(problem.status).json({ ...visible, failed: { detail: problem.detail, errors: [] } });
}
