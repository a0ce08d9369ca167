import { Injectable } from '@nestjs/common';
import {
  Router,
  urlencoded,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { SecretBox, type SealedPlace } from '@app/platform';
import type { StaffUser } from '../staff/staff-user.entity';
import { StaffService } from '../staff/staff.service';
import { totpLink } from '../staff/totp';
import { choosePasswordPage, codePage, securityPage, signInPage, signOutPage, type Message } from './html';
import { MAX_SESSION_MS, SESSION_COOKIE } from './session-store';
import { SignInThrottle } from './sign-in-throttle';

function offerPlace({ id }: StaffUser): SealedPlace {
  return { table: 'staff_sessions', column: 'offered_totp', key: [id] };
}

/** The member of staff whose request this is, set by `requireStaff`. */
export function staffOf(response: Response): StaffUser {
  return response.locals['staff'] as StaffUser;
}

const NOT_RIGHT: Message = { kind: 'error', text: 'E-mail and password don’t belong together.' };
const CODE_NOT_RIGHT: Message = { kind: 'error', text: 'This code is not right, or was used already.' };

/** Signing in and out, choosing a password, one-time codes. Plain HTML forms: nothing of it needs a script. */
@Injectable()
export class SignInRoutes {
  constructor(
    private readonly staff: StaffService,
    private readonly throttle: SignInThrottle,
    private readonly box: SecretBox,
  ) {}

  /** The routes that work before anybody is signed in. */
  publicRoutes(): Router {
    const router = Router();
    const form = urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 });
    router.get('/login', (request, response) => {
      response.type('html').send(signInPage({ email: '', to: pathWithin(request.query['to']) }, null));
    });
    router.post(
      '/login',
      form,
      handler((request, response) => this.signIn(request, response)),
    );
    router.get('/login/code', (request, response) => {
      if (!request.session.awaitingCodeOf) return response.redirect('/admin/login');
      response.type('html').send(codePage(pathWithin(request.query['to']), null));
    });
    router.post(
      '/login/code',
      form,
      handler((request, response) => this.checkCode(request, response)),
    );
    router.get('/logout', (_request, response) => void response.type('html').send(signOutPage()));
    router.post(
      '/logout',
      handler((request, response) => this.signOut(request, response)),
    );
    return router;
  }

  /** Lets only those pass who are signed in, still there, and have chosen their own password. */
  requireStaff(): RequestHandler {
    return handler(async (request, response, next) => {
      const staff = await this.present(request);
      if (!staff) {
        const to = request.path.startsWith('/api/') ? '' : `?to=${encodeURIComponent(request.originalUrl)}`;
        return response.redirect(`/admin/login${to}`);
      }
      if (staff.mustChangePassword && request.path !== '/password')
        return response.redirect('/admin/password');
      response.locals['staff'] = staff;
      next();
    });
  }

  /** The routes for everybody who is signed in. */
  ownRoutes(): Router {
    const router = Router();
    const form = urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 });
    router.get('/password', (_request, response) => {
      response.type('html').send(choosePasswordPage(staffOf(response).mustChangePassword, null));
    });
    router.post(
      '/password',
      form,
      handler((request, response) => this.choosePassword(request, response)),
    );
    router.get(
      '/security',
      (request, response) =>
        void response.type('html').send(this.security(request as Request, staffOf(response), null)),
    );
    router.post('/security/totp/offer', handler(async (request, response) => {
      request.session.offeredTotp = this.box.seal(this.staff.offerTotp(), offerPlace(staffOf(response)));
      await save(request);
      response.redirect('/admin/security');
    })); // prettier-ignore
    router.post(
      '/security/totp/enable',
      form,
      handler((request, response) => this.enableTotp(request, response)),
    );
    router.post(
      '/security/totp/disable',
      form,
      handler((request, response) => this.disableTotp(request, response)),
    );
    return router;
  }

  private async present(request: Request): Promise<StaffUser | null> {
    const { staffId, since } = request.session;
    if (!staffId || !since || Date.now() - since > MAX_SESSION_MS) return null;
    const staff = await this.staff.find(staffId);
    if (!staff || staff.disabledAt || since < staff.sessionsValidFrom.getTime()) return null;
    return staff;
  }

  private async signIn(request: Request, response: Response): Promise<void> {
    const { email, password, to } = textFields(request.body, 'email', 'password', 'to');
    const address = request.ip ?? '';
    const wait = await this.throttle.reserve(email, address);
    if (wait > 0)
      return tooMany(response, wait, signInPage({ email, to: pathWithin(to) }, tooManyMessage(wait)));
    const staff = await this.staff.checkPassword(email, password);
    if (!staff) {
      response
        .status(401)
        .type('html')
        .send(signInPage({ email, to: pathWithin(to) }, NOT_RIGHT));
      return;
    }
    await this.throttle.succeeded(email, address);
    // A new session id: one that was planted before signing in is worth nothing afterwards.
    await regenerate(request);
    if (staff.usesTotp) {
      request.session.awaitingCodeOf = staff.id;
      await save(request);
      return response.redirect(`/admin/login/code?to=${encodeURIComponent(pathWithin(to))}`);
    }
    await this.enter(request, staff.id);
    response.redirect(pathWithin(to));
  }

  private async checkCode(request: Request, response: Response): Promise<void> {
    const { code, to } = textFields(request.body, 'code', 'to');
    const staffId = request.session.awaitingCodeOf;
    if (!staffId) return response.redirect('/admin/login');
    const address = request.ip ?? '';
    const wait = await this.throttle.reserve(staffId, address);
    if (wait > 0) return tooMany(response, wait, codePage(pathWithin(to), tooManyMessage(wait)));
    if (!(await this.staff.useTotp(staffId, code))) {
      response
        .status(401)
        .type('html')
        .send(codePage(pathWithin(to), CODE_NOT_RIGHT));
      return;
    }
    await this.throttle.succeeded(staffId, address);
    await regenerate(request);
    await this.enter(request, staffId);
    response.redirect(pathWithin(to));
  }

  private async enter(request: Request, staffId: string): Promise<void> {
    request.session.staffId = staffId;
    request.session.since = Date.now();
    await save(request);
    await this.staff.noteSignIn(staffId);
  }

  private async signOut(request: Request, response: Response): Promise<void> {
    await new Promise<void>((resolve) => request.session.destroy(() => resolve()));
    response.clearCookie(SESSION_COOKIE, { path: '/admin' });
    response.redirect('/admin/login');
  }

  private async choosePassword(request: Request, response: Response): Promise<void> {
    const staff = staffOf(response);
    const { current, chosen, again } = textFields(request.body, 'current', 'chosen', 'again');
    const wait = await this.throttle.reserve(staff.email, request.ip ?? '');
    const refusal =
      wait > 0
        ? tooManyMessage(wait).text
        : chosen !== again
          ? 'The two new passwords differ.'
          : await this.staff.choosePassword(staff.id, current, chosen);
    if (refusal) {
      response
        .status(400)
        .type('html')
        .send(choosePasswordPage(staff.mustChangePassword, { kind: 'error', text: refusal }));
      return;
    }
    await this.throttle.succeeded(staff.email, request.ip ?? '');
    // Every other session of theirs has ended; this one goes on under a new id.
    await regenerate(request);
    request.session.staffId = staff.id;
    request.session.since = Date.now();
    await save(request);
    response.redirect('/admin');
  }

  private security(request: Request, staff: StaffUser, message: Message | null): string {
    const secret = this.offered(request, staff);
    const offer = secret ? { secret, link: totpLink(secret, staff.email, 'SkipCalls Backoffice') } : null;
    return securityPage({ email: staff.email, role: staff.role, usesTotp: staff.usesTotp, offer }, message);
  }

  /** The secret that this session was offered; null when there is none, or it was sealed with a key that is gone. */
  private offered(request: Request, staff: StaffUser): string | null {
    try {
      const sealed = request.session.offeredTotp;
      return sealed ? this.box.open(sealed, offerPlace(staff)) : null;
    } catch {
      return null;
    }
  }

  private async enableTotp(request: Request, response: Response): Promise<void> {
    const staff = staffOf(response);
    const secret = this.offered(request, staff);
    const { code } = textFields(request.body, 'code');
    if (!secret || !(await this.staff.enableTotp(staff.id, secret, code))) {
      response
        .status(400)
        .type('html')
        .send(this.security(request, staff, CODE_NOT_RIGHT));
      return;
    }
    delete request.session.offeredTotp;
    await save(request);
    response.redirect('/admin/security');
  }

  private async disableTotp(request: Request, response: Response): Promise<void> {
    const staff = staffOf(response);
    const { password } = textFields(request.body, 'password');
    const wait = await this.throttle.reserve(staff.email, request.ip ?? '');
    if (wait > 0 || !(await this.staff.checkPassword(staff.email, password))) {
      const message = wait > 0 ? tooManyMessage(wait) : NOT_RIGHT;
      response.status(wait > 0 ? 429 : 400).type('html').send(this.security(request, staff, message)); // prettier-ignore
      return;
    }
    await this.throttle.succeeded(staff.email, request.ip ?? '');
    await this.staff.disableTotp(staff.id);
    response.redirect('/admin/security');
  }
}

/** A path of our own to go on to; anything else leads to the start page, so that no link leads away. */
export function pathWithin(to: unknown): string {
  return typeof to === 'string' &&
    /^\/admin(\/[\w\-./~%?=&,:+]*)?(\?[\w\-./~%?=&,:+]*)?$/.test(to) &&
    !to.includes('//') &&
    !to.startsWith('/admin/log')
    ? to
    : '/admin';
}

function textFields<Name extends string>(body: unknown, ...names: Name[]): Record<Name, string> {
  const fields = (body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => [name, typeof fields[name] === 'string' ? fields[name].slice(0, 1_000) : '']),
  ) as Record<Name, string>;
}

function tooManyMessage(seconds: number): Message {
  return { kind: 'error', text: `Too many tries. Wait ${Math.ceil(seconds / 60)} min.` };
}

function tooMany(response: Response, seconds: number, page: string): void {
  response.status(429).set('Retry-After', String(seconds)).type('html').send(page);
}

function handler(
  work: (request: Request, response: Response, next: NextFunction) => void | Promise<void>,
): RequestHandler {
  return (request, response, next) => {
    Promise.resolve(work(request as Request, response, next)).catch(next);
  };
}

function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.save((error) => (error ? reject(error as Error) : resolve())),
  );
}

function regenerate(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.regenerate((error) => (error ? reject(error as Error) : resolve())),
  );
}
