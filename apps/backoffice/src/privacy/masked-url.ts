/** Services whose webhook URLs are secrets: anyone who has one can post as the customer. */
const SECRET_HOSTS = [
  /^hooks\.slack\.com$/,
  /^(?:[\w-]+\.)?discord(?:app)?\.com$/,
  /\.webhook\.office\.com$/,
  /\.logic\.azure\.com$/,
];
const KEPT = 4;

/**
 * A URL of which only the origin and the last characters are left: paths and queries of webhooks commonly hold
 * tokens. What is no URL is hidden whole.
 */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return '…';
  const { protocol, host, pathname, search } = new URL(url);
  if (protocol === 'mailto:') return `mailto:…${pathname.slice(pathname.lastIndexOf('@'))}`;
  const start = `${protocol}//${host}`;
  const rest = pathname + search;
  if (rest === '' || rest === '/') return start + rest;
  return `${start}/…${rest.length > 3 * KEPT ? `/${rest.slice(-KEPT)}` : ''}`;
}

/** A URL as staff may see it who see the rest of a webhook: only those that are secrets themselves are masked. */
export function hideSecretUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { hostname } = new URL(url);
  return SECRET_HOSTS.some((pattern) => pattern.test(hostname)) ? maskUrl(url) : url;
}

const URLS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"<>]+/gi;

/** A text in which every URL is masked. */
export function maskUrlsIn(text: string): string {
  return text.replace(URLS, maskUrl);
}

/** A text in which URLs that are secrets are masked. */
export function hideSecretUrlsIn(text: string): string {
  return text.replace(URLS, hideSecretUrl);
}
