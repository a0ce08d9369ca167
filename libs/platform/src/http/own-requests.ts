import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem';

/** The product in the `User-Agent` of everything that this service sends. */
export const SENDER_PRODUCT = 'SkipCalls-Webhooks';

const PRODUCT = new RegExp(`(^|[\\s,(])${SENDER_PRODUCT}/`, 'i');

/**
 * Whether this service sent the request itself: a webhook leads back to it, so that each delivery would cause the
 * next. Goes by headers that the sender always sets and that a webhook's own headers cannot replace. Any one of them
 * is enough, since proxies on the way may rewrite `User-Agent` (CloudFront does) or drop what they don't know.
 */
export function isOwnRequest(headers: IncomingHttpHeaders): boolean {
  return (
    PRODUCT.test(headers['user-agent'] ?? '') ||
    isIdOf('dlv_', headers['x-webhook-delivery']) ||
    isIdOf('evt_', headers['webhook-id'])
  );
}

export function loopDetected(): Problem {
  return new Problem(
    'loop_detected',
    'This service sent the request itself. A webhook cannot call this API: change its URL.',
  );
}

/** A header that came twice arrives as one text, joined by commas. */
function isIdOf(prefix: string, header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((value) => value.trim().toLowerCase().startsWith(prefix));
}
