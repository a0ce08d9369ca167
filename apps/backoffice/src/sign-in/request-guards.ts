import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem, type Config } from '@app/platform';
import { bouncePage } from './html';

/** Nothing from outside: no fonts, scripts, frames; only scripts that the page itself was sent with. */
export function securityHeaders(isHttps: boolean): RequestHandler {
  return (_request, response, next) => {
    const nonce = randomBytes(16).toString('base64');
    response.locals['nonce'] = nonce;
    response.set({
      'Content-Security-Policy': [
        `default-src 'none'`,
        `script-src 'self' 'nonce-${nonce}'`,
        `style-src 'self' 'unsafe-inline'`,
        `img-src 'self' data:`,
        `font-src 'self'`,
        `connect-src 'self'`,
        `form-action 'self'`,
        `frame-ancestors 'none'`,
        `base-uri 'none'`,
      ].join('; '),
      'Cache-Control': 'no-store',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      ...(isHttps ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
    });
    next();
  };
}

/** Paths are case-sensitive, which Express's mounting is not: `/Admin` is no page. */
export function exactPath(root: string): RequestHandler {
  return (request, _response, next) => next(request.baseUrl === root ? undefined : 'router');
}

/**
 * Nothing but GET and POST, and a POST only from our own pages. Browsers say where a request comes from by
 * `Sec-Fetch-Site` or `Origin`, which no page can forge; who says neither is no browser of ours.
 */
export function sameOriginOnly(config: Pick<Config, 'PUBLIC_URL'>): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (request.method !== 'POST')
      return next(new Problem('method_not_allowed', 'Only GET and POST are known here.'));
    if (isFromOurOwnPage(request.headers, config.PUBLIC_URL)) return next();
    next(new Problem('forbidden', 'This can only be done from a page of the backoffice itself.'));
  };
}

export function isFromOurOwnPage(
  headers: { origin?: string; host?: string; 'sec-fetch-site'?: string | string[] },
  publicUrl: string | undefined,
): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  if (!headers.origin || !URL.canParse(headers.origin)) return false;
  return headers.origin === publicUrl || new URL(headers.origin).host === headers.host;
}

/** A page opened by a link elsewhere comes once more from our own site, so that the strict cookie comes along. */
export const bounceCrossSite: RequestHandler = (request, response, next) => {
  const opensPage = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate';
  if (opensPage && request.headers['sec-fetch-site'] === 'cross-site') {
    response.type('html').send(bouncePage(request.originalUrl));
    return;
  }
  next();
};
