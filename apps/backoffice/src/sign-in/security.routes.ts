import { Injectable } from '@nestjs/common';
import { Router, type Request, type Response } from 'express';
import { toDataURL } from 'qrcode';
import { isId, SecretBox, type SealedPlace } from '@app/platform';
import { Credentials } from '../staff/credentials';
import { StaffSessions } from '../staff/staff-sessions';
import { newTotpSecret, totpLink } from '../staff/two-factor';
import { form, handler, regenerate, save, sendPage, staffOf, textFields, tooManyMessage } from './forms';
import type { Message } from './html';
import {
  choosePasswordPage,
  manageTwoFactorPage,
  recoveryCodesPage,
  scanPage,
  securityPage,
  sessionsPage,
  startTwoFactorPage,
} from './pages';
import { SignInThrottle, type Attempt } from './sign-in-throttle';

/** What everybody that is signed in does about their own sign-in: password, two-factor authentication, sessions. */
@Injectable()
export class SecurityRoutes {
  constructor(
    private readonly credentials: Credentials,
    private readonly sessions: StaffSessions,
    private readonly throttle: SignInThrottle,
    private readonly box: SecretBox,
  ) {}

  routes(): Router {
    const router = Router({ caseSensitive: true });
    const get = (path: string, work: (request: Request, response: Response) => void | Promise<void>) =>
      router.get(path, handler(work));
    const post = (path: string, work: (request: Request, response: Response) => void | Promise<void>) =>
      router.post(path, form, handler(work));
    get('/password', (_request, response) =>
      sendPage(response, choosePasswordPage(staffOf(response).mustChangePassword, null)),
    );
    post('/password', (request, response) => this.choosePassword(request, response));
    get('/security', (_request, response) => this.overview(response));
    get('/security/two-factor', (request, response) => this.twoFactor(request, response, null));
    post('/security/two-factor/start', (request, response) => this.startTwoFactor(request, response));
    post('/security/two-factor/enable', (request, response) => this.enableTwoFactor(request, response));
    post('/security/two-factor/disable', (request, response) => this.disableTwoFactor(request, response));
    post('/security/two-factor/recovery-codes', (request, response) => this.renewCodes(request, response));
    get('/security/sessions', (request, response) => this.listSessions(request, response, null));
    post('/security/sessions/end', (request, response) => this.endSession(request, response));
    router.post('/security/sessions/end-others', handler((request, response) => this.endOthers(request, response))); // prettier-ignore
    return router;
  }

  private async choosePassword(request: Request, response: Response): Promise<void> {
    const staff = staffOf(response);
    const { current, chosen, again } = textFields(request.body, 'current', 'chosen', 'again');
    const attempt = attemptOf(request, staff.email, 'password');
    const wait = await this.throttle.reserve(attempt);
    const refusal =
      wait > 0
        ? tooManyMessage(wait).text
        : chosen !== again
          ? 'The two new passwords are different.'
          : await this.credentials.choosePassword(staff.id, current, chosen, request.session.sessionId);
    if (refusal) {
      const page = choosePasswordPage(staff.mustChangePassword, { kind: 'error', text: refusal });
      return sendPage(response, page, wait > 0 ? 429 : 400);
    }
    await this.throttle.succeeded(attempt);
    await this.renewCookie(request);
    response.redirect('/admin');
  }

  private async overview(response: Response): Promise<void> {
    const { id, email, role, usesTotp } = staffOf(response);
    const [unusedCodes, sessions] = await Promise.all([
      this.credentials.unusedRecoveryCodes(id),
      this.sessions.list(id),
    ]);
    sendPage(response, securityPage({ email, role, usesTotp, unusedCodes, sessions: sessions.length }));
  }

  private async twoFactor(request: Request, response: Response, message: Message | null, status = 200): Promise<void> {
    const staff = staffOf(response);
    const required = this.credentials.requiresTwoFactor(staff);
    if (staff.usesTotp) {
      const unused = await this.credentials.unusedRecoveryCodes(staff.id);
      return sendPage(response, manageTwoFactorPage(unused, required, message), status);
    }
    const secret = this.offered(request, staff.id);
    if (!secret) return sendPage(response, startTwoFactorPage(required, message), status);
    const qrCode = await toDataURL(await totpLink(secret, staff.email), { margin: 2, width: 440 });
    sendPage(response, scanPage(secret, qrCode, required, message), status);
  } // prettier-ignore

  /** The secret that this session was offered; null when there is none, or it was sealed with a key that is gone. */
  private offered(request: Request, staffId: string): string | null {
    const { offeredTotp } = request.session;
    try {
      return offeredTotp ? this.box.open(offeredTotp, offerPlace(staffId)) : null;
    } catch {
      return null;
    }
  }

  private async startTwoFactor(request: Request, response: Response): Promise<void> {
    if (!(await this.passwordIsRight(request, response))) return;
    if (staffOf(response).usesTotp) return response.redirect('/admin/security/two-factor');
    request.session.offeredTotp = this.box.seal(await newTotpSecret(), offerPlace(staffOf(response).id));
    await save(request);
    response.redirect('/admin/security/two-factor');
  }

  private async enableTwoFactor(request: Request, response: Response): Promise<void> {
    const { id } = staffOf(response);
    const { sessionId } = request.session;
    const secret = this.offered(request, id);
    if (!secret || !sessionId) return response.redirect('/admin/security/two-factor');
    const { code } = textFields(request.body, 'code');
    const codes = await this.credentials.enableTwoFactor(id, secret, code, sessionId);
    if (!codes) {
      const message: Message = { kind: 'error', text: 'This code is incorrect. Enter the one that the app shows now.' }; // prettier-ignore
      return this.twoFactor(request, response, message, 400);
    }
    await this.renewCookie(request);
    sendPage(response, recoveryCodesPage(codes));
  }

  private async disableTwoFactor(request: Request, response: Response): Promise<void> {
    if (!(await this.passwordIsRight(request, response))) return;
    await this.credentials.disableTwoFactor(staffOf(response).id);
    response.redirect('/admin/security');
  }

  private async renewCodes(request: Request, response: Response): Promise<void> {
    if (!staffOf(response).usesTotp) return response.redirect('/admin/security/two-factor');
    if (!(await this.passwordIsRight(request, response))) return;
    sendPage(response, recoveryCodesPage(await this.credentials.renewRecoveryCodes(staffOf(response).id)));
  }

  private async listSessions(request: Request, response: Response, message: Message | null): Promise<void> {
    const sessions = await this.sessions.list(staffOf(response).id);
    sendPage(response, sessionsPage(sessions, request.session.sessionId ?? '', message));
  }

  private async endSession(request: Request, response: Response): Promise<void> {
    const { id } = textFields(request.body, 'id');
    const ended = isId('ses', id) && (await this.sessions.end(staffOf(response).id, id, 'staff.end-session'));
    await this.listSessions(request, response, {
      kind: ended ? 'success' : 'error',
      text: ended ? 'The session has ended.' : 'This session had ended already.',
    });
  }

  private async endOthers(request: Request, response: Response): Promise<void> {
    await this.sessions.endOthers(staffOf(response).id, request.session.sessionId!);
    await this.listSessions(request, response, { kind: 'success', text: 'All other sessions have ended.' });
  }

  /** Asks for the password of the form. What was wrong is answered here. */
  private async passwordIsRight(request: Request, response: Response): Promise<boolean> {
    const staff = staffOf(response);
    const { password } = textFields(request.body, 'password');
    const attempt = attemptOf(request, staff.email, 'password');
    const wait = await this.throttle.reserve(attempt);
    if (wait === 0 && (await this.credentials.checkPassword(staff.email, password))) {
      await this.throttle.succeeded(attempt);
      return true;
    }
    const message: Message = wait > 0 ? tooManyMessage(wait) : { kind: 'error', text: 'Incorrect password.' };
    await this.twoFactor(request, response, message, wait > 0 ? 429 : 400);
    return false;
  }

  /** The session goes on, under a new cookie, without what it held before. */
  private async renewCookie(request: Request): Promise<void> {
    const { staffId, sessionId } = request.session;
    await regenerate(request);
    Object.assign(request.session, { staffId, sessionId });
    await save(request);
  }
}

/** Somebody who is signed in is at a place of theirs: their tries have a budget of their own. */
function attemptOf(request: Request, account: string, step: Attempt['step']): Attempt {
  return { account: `session ${account}`, step, address: request.ip ?? '' };
}

function offerPlace(staffId: string): SealedPlace {
  return { table: 'staff_sessions', column: 'offered_totp', key: [staffId] };
}
