import { createHash } from 'node:crypto';

/** Tells whether two URLs are the same, in whatever spelling: the SHA-256 of the form that a URL parser gives them. */
export function urlKeyOf(url: string): Buffer {
  const normalized = URL.canParse(url) ? withoutRootDot(new URL(url)) : url;
  return createHash('sha256').update(normalized).digest();
}

/** `example.com.` is `example.com`. */
function withoutRootDot(url: URL): string {
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
  url.hash = '';
  return url.href;
}
