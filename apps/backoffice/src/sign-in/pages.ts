import { html, messageBox, plainPage, type Html, type Message } from './html';

export function signInPage(values: { email: string; to: string }, message: Message | null): string {
  return plainPage('Sign in', html`${messageBox(message)}
    <form method="post" action="/admin/login">
      <input type="hidden" name="to" value="${values.to}">
      <label>Email <input name="email" type="email" autocomplete="username" required autofocus value="${values.email}"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button type="submit">Sign in</button>
    </form>`); // prettier-ignore
}

export function codePage(to: string, message: Message | null): string {
  return plainPage('Two-factor authentication', html`${messageBox(message)}
    <p>Enter the six digits that your authenticator app shows, or one of your recovery codes.</p>
    <form method="post" action="/admin/login/code">
      <input type="hidden" name="to" value="${to}">
      <label>Code <input name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40" required autofocus></label>
      <button type="submit">Continue</button>
    </form>
    ${postButton('/admin/logout', 'Start over')}`); // prettier-ignore
}

export function choosePasswordPage(forced: boolean, message: Message | null): string {
  return plainPage('Choose a password', html`${messageBox(message)}
    ${forced && html`<p>Your password was set by somebody else. Choose one that only you know.</p>`}
    <form method="post" action="/admin/password">
      <label>Current password <input name="current" type="password" autocomplete="current-password" required autofocus></label>
      <label>New password, at least 12 characters <input name="chosen" type="password" autocomplete="new-password" minlength="12" required></label>
      <label>New password again <input name="again" type="password" autocomplete="new-password" minlength="12" required></label>
      <button type="submit">Change password</button>
    </form>
    <p class="hint">Your other sessions end.</p>
    ${forced ? postButton('/admin/logout', 'Sign out') : html`<p><a href="/admin/security">Back</a></p>`}`); // prettier-ignore
}

export interface SecurityState {
  email: string;
  role: string;
  usesTotp: boolean;
  unusedCodes: number;
  sessions: number;
}

export function securityPage(state: SecurityState): string {
  return plainPage('Your sign-in', html`
    <p>${state.email}, ${state.role}</p>
    <dl>
      <dt>Password</dt>
      <dd><a href="/admin/password">Change password</a></dd>
      <dt>Two-factor authentication</dt>
      <dd>${state.usesTotp ? html`On, ${codesLeft(state.unusedCodes)}. ` : 'Off. '}<a href="/admin/security/two-factor">${state.usesTotp ? 'Change' : 'Turn on'}</a></dd>
      <dt>Sessions</dt>
      <dd>${state.sessions === 1 ? 'Only this one. ' : `${state.sessions} sessions. `}<a href="/admin/security/sessions">Show sessions</a></dd>
    </dl>
    <p><a href="/admin">Back to the start page</a></p>
    ${postButton('/admin/logout', 'Sign out')}`); // prettier-ignore
}

function codesLeft(count: number): string {
  return count === 1 ? '1 recovery code left' : `${count} recovery codes left`;
}

/** Before anything is set up: turning it on starts with the password. */
export function startTwoFactorPage(required: boolean, message: Message | null): string {
  return twoFactorPage(html`${messageBox(message)}
    ${required
      ? html`<p>Administrators need two-factor authentication. Set it up to continue.</p>`
      : html`<p>With an authenticator app, a stolen password is not enough to sign in as you.</p>`}
    ${passwordForm('/admin/security/two-factor/start', 'Set up an authenticator app')}
    ${back(required)}`); // prettier-ignore
}

/** @param qrCode a `data:` URL of an image. */
export function scanPage(secret: string, qrCode: string, required: boolean, message: Message | null): string {
  return twoFactorPage(html`${messageBox(message)}
    <ol>
      <li>Scan this code with your authenticator app.
        <img class="qr" src="${qrCode}" alt="QR code for your authenticator app" width="220" height="220">
        <details><summary>Enter a key instead</summary><p><code class="totp-secret">${secret.match(/.{1,4}/g)!.join(' ')}</code></p></details>
      </li>
      <li>Enter the six digits that the app shows.</li>
    </ol>
    <form method="post" action="/admin/security/two-factor/enable">
      <label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="10" required autofocus></label>
      <button type="submit">Turn on two-factor authentication</button>
    </form>
    <p class="hint">Your other sessions end.</p>
    ${back(required)}`); // prettier-ignore
}

export function manageTwoFactorPage(unusedCodes: number, required: boolean, message: Message | null): string {
  return twoFactorPage(html`${messageBox(message)}
    <p>On: a code from your authenticator app is required at each sign-in.</p>
    <h2>Recovery codes</h2>
    <p>${codesLeft(unusedCodes)}. New codes replace the ones before them.</p>
    ${passwordForm('/admin/security/two-factor/recovery-codes', 'Create new recovery codes')}
    ${!required && html`<h2>Turn off</h2>
      ${passwordForm('/admin/security/two-factor/disable', 'Turn off two-factor authentication')}`}
    ${back(false)}`); // prettier-ignore
}

export function recoveryCodesPage(codes: string[]): string {
  return plainPage('Recovery codes', html`
    <p class="message success" role="status">Two-factor authentication is on.</p>
    <p>If you lose your phone, each of these codes signs you in once. Store them where you store your passwords. <strong>They are shown only once.</strong></p>
    <ul class="recovery-codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
    <p><a class="button" href="/admin">I have stored them</a></p>`); // prettier-ignore
}

export interface SessionLine {
  id: string;
  address: string;
  userAgent: string;
  createdAt: Date;
  lastSeenAt: Date;
}

export function sessionsPage(sessions: SessionLine[], currentId: string, message: Message | null): string {
  const time = (date: Date): Html => html`<time datetime="${date.toISOString()}">${date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`; // prettier-ignore
  return plainPage('Your sessions', html`${messageBox(message)}
    <ul class="sessions">${sessions.map((session) => html`<li>
      <p><strong>${browserOf(session.userAgent)}</strong> from ${session.address}${session.id === currentId && html` <em>This session</em>`}</p>
      <p class="hint">Signed in ${time(session.createdAt)}, last seen ${time(session.lastSeenAt)}</p>
      ${session.id !== currentId && html`<form method="post" action="/admin/security/sessions/end">
        <input type="hidden" name="id" value="${session.id}"><button type="submit" class="secondary">End session</button>
      </form>`}
    </li>`)}</ul>
    ${sessions.length > 1 && postButton('/admin/security/sessions/end-others', 'End all other sessions')}
    <p><a href="/admin/security">Back</a></p>`); // prettier-ignore
}

/** A browser and system that people recognize; the rest of a user agent says nothing to them. */
export function browserOf(userAgent: string): string {
  const browser = /\b(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/;
  const newest = /\bEdg\//.test(userAgent) ? 'Edge' : /\bOPR\//.test(userAgent) ? 'Opera' : browser.exec(userAgent)?.[1];
  const system = /\b(Windows|Mac OS X|Android|iPhone|iPad|CrOS|Linux)\b/.exec(userAgent)?.[1];
  if (!newest) return 'Unknown browser';
  return system ? `${newest} on ${system === 'Mac OS X' ? 'macOS' : system}` : newest;
} // prettier-ignore

export function signOutPage(): string {
  return plainPage('Sign out', html`${postButton('/admin/logout', 'Sign out')}<p><a href="/admin">Back</a></p>`); // prettier-ignore
}

function twoFactorPage(content: Html): string {
  return plainPage('Two-factor authentication', content);
}

function passwordForm(action: string, label: string): Html {
  return html`<form method="post" action="${action}">
    <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
    <button type="submit">${label}</button>
  </form>`;
}

function back(isForced: boolean): Html {
  return isForced ? postButton('/admin/logout', 'Sign out') : html`<p><a href="/admin/security">Back</a></p>`;
}

function postButton(action: string, label: string): Html {
  return html`<form method="post" action="${action}"><button type="submit" class="secondary">${label}</button></form>`; // prettier-ignore
}
