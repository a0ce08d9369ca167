const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe inside an element and inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** A page outside of AdminJS: signing in works without any script. `content` is HTML. */
export function plainPage(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeHtml(title)} · SkipCalls Backoffice</title>
  <link rel="icon" type="image/svg+xml" href="/admin/assets/favicon.svg">
  <link rel="stylesheet" href="/admin/assets/backoffice.css">
</head>
<body class="plain-page">
  <main>
    <img src="/admin/assets/logo.svg" alt="SkipCalls Webhooks Backoffice" width="220" height="44">
    <h1>${escapeHtml(title)}</h1>
    ${content}
  </main>
</body>
</html>`;
}

export interface Message {
  kind: 'error' | 'success';
  text: string;
}

function messageBox(message: Message | null): string {
  if (!message) return '';
  return `<p class="message ${message.kind}" role="${message.kind === 'error' ? 'alert' : 'status'}">${escapeHtml(message.text)}</p>`;
}

export function signInPage(values: { email: string; to: string }, message: Message | null): string {
  return plainPage(
    'Sign in',
    `${messageBox(message)}
    <form method="post" action="/admin/login">
      <input type="hidden" name="to" value="${escapeHtml(values.to)}">
      <label>E-mail <input name="email" type="email" autocomplete="username" required autofocus value="${escapeHtml(values.email)}"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button type="submit">Sign in</button>
    </form>`,
  );
}

export function codePage(to: string, message: Message | null): string {
  return plainPage(
    'One-time code',
    `${messageBox(message)}
    <p>Type the six digits that your authenticator app shows.</p>
    <form method="post" action="/admin/login/code">
      <input type="hidden" name="to" value="${escapeHtml(to)}">
      <label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" required autofocus></label>
      <button type="submit">Go on</button>
    </form>
    ${signOutButton('Start again')}`,
  );
}

export function choosePasswordPage(forced: boolean, message: Message | null): string {
  const why = forced ? '<p>Your password was set by somebody else. Choose one that only you know.</p>' : '';
  return plainPage(
    'Choose a password',
    `${messageBox(message)}${why}
    <form method="post" action="/admin/password">
      <label>Present password <input name="current" type="password" autocomplete="current-password" required autofocus></label>
      <label>New password, at least 12 characters <input name="chosen" type="password" autocomplete="new-password" minlength="12" required></label>
      <label>New password again <input name="again" type="password" autocomplete="new-password" minlength="12" required></label>
      <button type="submit">Change password</button>
    </form>
    ${forced ? signOutButton('Sign out') : '<p><a href="/admin/security">Back</a></p>'}`,
  );
}

export function securityPage(
  state: { email: string; role: string; usesTotp: boolean; offer: { secret: string; link: string } | null },
  message: Message | null,
): string {
  return plainPage(
    'Your sign-in',
    `${messageBox(message)}
    <p>${escapeHtml(state.email)}, ${escapeHtml(state.role)}</p>
    <h2>Password</h2>
    <p><a href="/admin/password">Change password</a></p>
    <h2>One-time codes</h2>
    ${state.usesTotp ? totpInUse() : state.offer ? totpOffer(state.offer) : totpOff()}
    <p><a href="/admin">Back to the start page</a></p>
    ${signOutButton('Sign out')}`,
  );
}

function totpInUse(): string {
  return `<p>An authenticator app is asked at every sign-in.</p>
    <form method="post" action="/admin/security/totp/disable">
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button type="submit" class="secondary">Stop asking for codes</button>
    </form>`;
}

function totpOff(): string {
  return `<p>Your password alone signs you in. With an authenticator app, a stolen password is not enough.</p>
    <form method="post" action="/admin/security/totp/offer"><button type="submit">Set up an authenticator app</button></form>`;
}

function totpOffer(offer: { secret: string; link: string }): string {
  return `<p>Add this key to your authenticator app, or open <a href="${escapeHtml(offer.link)}">this link</a> on your phone. It is shown this once.</p>
    <p><code class="totp-secret">${escapeHtml(offer.secret.match(/.{4}/g)!.join(' '))}</code></p>
    <form method="post" action="/admin/security/totp/enable">
      <label>Code that the app shows <input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>
      <button type="submit">Ask for codes from now on</button>
    </form>`;
}

export function signOutPage(): string {
  return plainPage('Sign out', signOutButton('Sign out') + '<p><a href="/admin">Back</a></p>');
}

function signOutButton(label: string): string {
  return `<form method="post" action="/admin/logout"><button type="submit" class="secondary">${label}</button></form>`;
}

/**
 * The session cookie is SameSite=Strict, so a link in a ticket or chat arrives without it. This page comes back to
 * the same address from our own site, and the cookie with it.
 */
export function bouncePage(url: string): string {
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${escapeHtml(url)}"><title>SkipCalls Backoffice</title>`;
}
