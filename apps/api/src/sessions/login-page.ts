import { createHash } from 'node:crypto';

const STYLE = `
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText;
  font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark }
main { max-width: 24rem; padding: 2rem; text-align: center }
h1 { font-size: 1.25rem }
button { font: inherit; font-weight: 600; padding: .7rem 1.4rem; border: 0; border-radius: .5rem;
  background: #4338ca; color: #fff; cursor: pointer }
button:focus-visible { outline: 3px solid #818cf8; outline-offset: 2px }`;

/**
 * The page that a login link opens: one button. Mail scanners and link previews fetch a link, but don't press its
 * button, so they can't use it up.
 * @param token well-formed, so that it needs no escaping.
 */
export function loginPage(token: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sign in to SkipCalls webhooks</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to SkipCalls webhooks</h1>
<p>This link works once.</p>
<form method="post" action="/dashboard/login?token=${token}"><button autofocus>Continue</button></form>
</main>
</body>
</html>
`;
}

/** Nothing but the page's own style, and its own form. */
export function loginPagePolicy(allowedOrigins: readonly string[]): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  return [
    `default-src 'none'`,
    `style-src 'sha256-${style}'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors ${allowedOrigins.length === 0 ? `'none'` : allowedOrigins.join(' ')}`,
  ].join('; ');
}
