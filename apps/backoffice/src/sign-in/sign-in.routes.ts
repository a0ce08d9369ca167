import { Injectable } from '@nestjs/common';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { AuditTrail } from '@app/accounts';
import { Config } from '@app/platform';
import { Credentials } from '../staff/credentials';
import { staffActor } from '../staff/staff-actor';
import { StaffService } from '../staff/staff.service';
import { StaffSessions } from '../staff/staff-sessions';
import type { StaffUser } from '../staff/staff-user.entity';
import { form, handler, regenerate, save, sendPage, textFields, tooMany, tooManyMessage } from './forms';
import { errorPage, type Message } from './html';
import { codePage, signInPage, signOutPage } from './pages';
import { pathWithin } from './path-within';
import { DEVICE_COOKIE, deviceCookie, SESSION_COOKIE } from './session-store';
import { SignInThrottle, type Attempt } from './sign-in-throttle';

const WRONG_PASSWORD: Message = { kind: 'error', text: 'Incorrect email or password.' };
const WRONG_CODE: Message = { kind: 'error', text: 'This code is incorrect or was used before.' };

/** Signing in and out. Plain HTML forms: nothing of it needs a script. */
@Injectable()
export class SignInRoutes {
  constructor(
    private readonly staff: StaffService,
    private readonly credentials: Credentials,
    private readonly sessions: StaffSessions,
    private readonly throttle: SignInThrottle,
    private readonly audit: AuditTrail,
    private readonly config: Config,
  ) {}

  /** The routes that work before anybody is signed in. */
  publicRoutes(): Router {
    const router = Router({ caseSensitive: true });
    const limited = [this.admit(), ...form];
    router.get('/login', (request, response) => {
      sendPage(response, signInPage({ email: '', to: pathWithin(request.query['to']) }, null));
    });
    router.post('/login', limited, handler((request, response) => this.signIn(request, response))); // prettier-ignore
    router.get('/login/code', (request, response) => {
      if (!request.session.awaitingCodeOf) return response.redirect('/admin/login');
      sendPage(response, codePage(pathWithin(request.query['to']), null));
    });
    router.post('/login/code', limited, handler((request, response) => this.checkCode(request, response))); // prettier-ignore
    router.get('/logout', (_request, response) => sendPage(response, signOutPage()));
    router.post('/logout', handler((request, response) => this.signOut(request, response))); // prettier-ignore
    return router;
  }

  /** Lets only those pass that are signed in, have chosen their own password, and use two factors where they must. */
  requireStaff(): RequestHandler {
    return handler(async (request, response, next) => {
      const staff = await this.current(request);
      if (!staff) {
        // Not a byte of a stranger's body is read: the connection ends with the answer.
        if (request.method !== 'GET' && request.method !== 'HEAD') response.set('Connection', 'close');
        const to = request.path.startsWith('/api/') ? '' : `?to=${encodeURIComponent(request.originalUrl)}`;
        return response.redirect(`/admin/login${to}`);
      }
      const first = this.mustDoFirst(staff);
      if (first && request.path !== first && !request.path.startsWith(`${first}/`))
        return response.redirect(`/admin${first}`);
      response.locals['staff'] = staff;
      next();
    });
  }

  private mustDoFirst(staff: StaffUser): string | null {
    if (staff.mustChangePassword) return '/password';
    if (this.credentials.requiresTwoFactor(staff) && !staff.usesTotp) return '/security/two-factor';
    return null;
  }

  private async current(request: Request): Promise<StaffUser | null> {
    const { staffId, sessionId } = request.session;
    return staffId && sessionId ? this.sessions.current(sessionId, staffId) : null;
  }

  /** Bounds what one address may send to the forms, before any of it is read. */
  private admit(): RequestHandler {
    return handler(async (request, response, next) => {
      const wait = await this.throttle.admit(request.ip ?? '');
      if (wait === 0) return next();
      response.set('Connection', 'close');
      tooMany(response, wait, errorPage(429, tooManyMessage(wait).text));
    });
  }

  private async signIn(request: Request, response: Response): Promise<void> {
    const { email, password, to } = textFields(request.body, 'email', 'password', 'to');
    const attempt = attemptOf(request, email, 'password');
    const page = (message: Message): string => signInPage({ email, to: pathWithin(to) }, message);
    const wait = await this.throttle.reserve(attempt);
    if (wait > 0) return this.refuse(response, attempt, wait, page(tooManyMessage(wait)));
    const staff = await this.credentials.checkPassword(email, password);
    if (!staff) {
      await this.noteFailure(attempt, 'staff.sign-in-failed');
      return sendPage(response, page(WRONG_PASSWORD), 401);
    }
    await this.throttle.succeeded(attempt);
    await regenerate(request);
    if (staff.usesTotp) {
      request.session.awaitingCodeOf = staff.id;
      await save(request);
      return response.redirect(`/admin/login/code?to=${encodeURIComponent(pathWithin(to))}`);
    }
    await this.enter(request, response, staff, 'password');
    response.redirect(pathWithin(to));
  }

  private async checkCode(request: Request, response: Response): Promise<void> {
    const { code, to } = textFields(request.body, 'code', 'to');
    const { awaitingCodeOf } = request.session;
    const staff = awaitingCodeOf ? await this.staff.find(awaitingCodeOf) : null;
    if (!staff || staff.disabledAt) return response.redirect('/admin/login');
    const attempt = attemptOf(request, staff.email, 'code');
    const wait = await this.throttle.reserve(attempt);
    if (wait > 0) return this.refuse(response, attempt, wait, codePage(pathWithin(to), tooManyMessage(wait)));
    const method = await this.credentials.useCode(staff.id, code);
    if (!method) {
      await this.noteFailure(attempt, 'staff.sign-in-failed');
      return sendPage(response, codePage(pathWithin(to), WRONG_CODE), 401);
    }
    await this.throttle.succeeded(attempt);
    await regenerate(request);
    await this.enter(request, response, staff, method);
    response.redirect(pathWithin(to));
  }

  private async enter(
    request: Request,
    response: Response,
    staff: StaffUser,
    method: 'password' | 'totp' | 'recovery code',
  ): Promise<void> {
    const address = request.ip ?? '';
    const from = { address, userAgent: request.headers['user-agent'] ?? '' };
    request.session.sessionId = await this.sessions.open(staff.id, from, method);
    request.session.staffId = staff.id;
    await save(request);
    const device = await this.throttle.remember(staff.email, address);
    response.cookie(DEVICE_COOKIE, device, deviceCookie(this.config, request));
  }

  private async signOut(request: Request, response: Response): Promise<void> {
    const { staffId, sessionId } = request.session;
    if (staffId && sessionId) await this.sessions.end(staffId, sessionId, 'staff.sign-out');
    await new Promise<void>((resolve) => request.session.destroy(() => resolve()));
    response.clearCookie(SESSION_COOKIE, { path: '/admin' });
    response.redirect('/admin/login');
  }

  private async refuse(response: Response, attempt: Attempt, wait: number, page: string): Promise<void> {
    if (await this.throttle.isFirstRefusal(attempt)) await this.noteFailure(attempt, 'staff.sign-in-throttled');
    tooMany(response, wait, page);
  } // prettier-ignore

  private async noteFailure({ account, step, address }: Attempt, action: string): Promise<void> {
    const id = await this.staff.idOf(account);
    await this.audit.record({
      accountId: null,
      actor: staffActor(id ?? 'unknown'),
      action,
      subject: id ?? 'unknown',
      details: { step, address, ...(id ? {} : { email: hintOf(account) }) },
    });
  }
}

function attemptOf(request: Request, account: string, step: Attempt['step']): Attempt {
  return {
    account,
    step,
    address: request.ip ?? '',
    deviceCookie: cookieOf(request.headers.cookie, DEVICE_COOKIE),
  };
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  return header?.split(/;\s*/).find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1); // prettier-ignore
}

/** What was typed may be a password in the wrong field: only its start and domain are kept. */
function hintOf(email: string): string {
  const at = email.lastIndexOf('@');
  return at > 0 ? `${email[0]}…${email.slice(at).slice(0, 60)}` : 'not an email address';
}
