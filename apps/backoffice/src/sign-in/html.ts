const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that `html` has made: the only thing that is put into a page as it is. */
export class Html {
  constructor(private readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

type Part = Html | string | number | null | undefined | false | Part[];

/** A template whose values are escaped, for elements and quoted attributes alike; nested `html` is kept as it is. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(strings.reduce((page, text, i) => page + text + markupOf(values[i]), ''));
}

function markupOf(part: Part): string {
  if (part instanceof Html) return part.toString();
  if (Array.isArray(part)) return part.map(markupOf).join('');
  if (part === null || part === undefined || part === false) return '';
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** A page outside of AdminJS: signing in works without any script. */
export function plainPage(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · SkipCalls Backoffice</title>
  <link rel="icon" type="image/svg+xml" href="/admin/assets/favicon.svg">
  <link rel="stylesheet" href="/admin/assets/backoffice.css">
</head>
<body class="plain-page">
  <main>
    <img src="/admin/assets/logo.svg" alt="SkipCalls Webhooks Backoffice" width="220" height="44">
    <h1>${title}</h1>
    ${content}
  </main>
</body>
</html>`.toString(); // prettier-ignore
}

export interface Message {
  kind: 'error' | 'success';
  text: string;
}

export function messageBox(message: Message | null): Html {
  if (!message) return html``;
  return html`<p class="message ${message.kind}" role="${message.kind === 'error' ? 'alert' : 'status'}">${message.text}</p>`; // prettier-ignore
}

const ERROR_TITLES: Record<number, string> = { 403: 'Not allowed', 404: 'Nothing here' };

export function errorPage(status: number, detail: string): string {
  const title = ERROR_TITLES[status] ?? 'This request cannot be handled';
  return plainPage(
    title,
    html`<p>${detail}</p>
      <p><a href="/admin">To the start page</a></p>`,
  );
}

/**
 * The session cookie is SameSite=Strict, so a link in a ticket or chat arrives without it. This page comes back to
 * the same address from our own site, and the cookie with it.
 */
export function bouncePage(url: string): string {
  return html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><title>SkipCalls Backoffice</title>`.toString(); // prettier-ignore
}
