import { customFormat, type DestinationFormat, type FormatName, type PayloadFormat } from '@app/formatting';

/** What a webhook's URL belongs to. It decides the request, what responses mean, and whether the URL is a secret. */
export const WEBHOOK_TYPES = ['HTTP', 'SLACK', 'DISCORD', 'TEAMS', 'EMAIL', 'CUSTOM'] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3). */
const MAX_EMAIL_LENGTH = 254;
const LAST_CHARACTERS_SHOWN = 4;

/** The type of a URL by its host; `HTTP` for everything that is not known. */
export function inferType(url: string): WebhookType {
  if (isMailto(url)) return 'EMAIL';
  if (!URL.canParse(url)) return 'HTTP';
  const { hostname, pathname } = new URL(url);
  if (hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com') return 'SLACK';
  if (/^((ptb|canary)\.)?discord(app)?\.com$/.test(hostname) && pathname.startsWith('/api/'))
    return 'DISCORD';
  if (/\.(webhook\.office\.com|logic\.azure\.com)$/.test(hostname)) return 'TEAMS';
  return 'HTTP';
}

/**
 * The type after a URL has changed: what the new host says, otherwise what the customer chose before. A type that was
 * only inferred from the old host ends with it.
 */
export function typeAfterMove(current: WebhookType, from: string, to: string): WebhookType {
  const inferred = inferType(to);
  if (inferred !== 'HTTP') return inferred;
  return current === 'EMAIL' || inferType(from) === current ? 'HTTP' : current;
}

/** Whoever knows the URL of a Slack, Discord, or Teams webhook can post to the channel, so it is treated as a secret. */
export function isSecretUrl(type: WebhookType, url: string): boolean {
  const isChat = (of: WebhookType): boolean => of === 'SLACK' || of === 'DISCORD' || of === 'TEAMS';
  return isChat(type) || isChat(inferType(url));
}

/** A URL as it may be shown: `https://hooks.slack.com/…/wxyz` if it is a secret. */
export function shownUrl(type: WebhookType, url: string): string {
  if (!isSecretUrl(type, url)) return url;
  return `${new URL(url).origin}/…/${url.slice(-LAST_CHARACTERS_SHOWN)}`;
}

/** The URL that requests go to. Discord confirms that a message was posted only if it is asked to. */
export function requestUrl(type: WebhookType, url: string): URL {
  const target = new URL(url);
  if (type === 'DISCORD') target.searchParams.set('wait', 'true');
  return target;
}

/** The format that deliveries of a webhook have: the one that the customer chose, or the one of its type. */
export function formatOf(type: WebhookType, format: PayloadFormat, requestVersion: number): FormatName {
  if (type === 'CUSTOM') return customFormat(requestVersion);
  return type === 'HTTP' ? format : (type satisfies DestinationFormat);
}

export function isMailto(url: string): boolean {
  return /^mailto:/i.test(url);
}

/** The address of a `mailto:` URL. */
export function emailAddress(url: string): string {
  return url.replace(/^mailto:/i, '');
}

/** Why a `mailto:` URL may not be saved, or null. Exactly one plain address: no headers, no display name, no lists. */
export function mailtoError(url: string): string | null {
  const address = emailAddress(url);
  if (address.length > MAX_EMAIL_LENGTH)
    return `must be at most ${MAX_EMAIL_LENGTH} characters after mailto:`;
  const [local, domain, ...rest] = address.split('@');
  const isAddress =
    rest.length === 0 &&
    /^[a-z0-9!#$&'*+/=^_`{|}~-]+(\.[a-z0-9!#$&'*+/=^_`{|}~-]+)*$/i.test(local) &&
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/i.test(domain ?? '');
  return isAddress ? null : 'must be one plain address, such as mailto:team@example.com';
}

/** Why a URL doesn't fit a type, or null. */
export function typeMismatch(type: WebhookType, url: string): string | null {
  if (type === 'EMAIL' && !isMailto(url)) return 'must be a mailto: URL for type EMAIL';
  if (type !== 'EMAIL' && isMailto(url)) return `must be an http or https URL for type ${type}`;
  if (type === 'CUSTOM' && /\{[{%]|%7b(%7b|%25)/i.test(url))
    return 'cannot have templates: only the body and headers of a request can';
  return null;
}
