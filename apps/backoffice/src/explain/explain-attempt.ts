import type { AttemptOutcome } from '@app/delivery';

/** What is known of an attempt, as far as it says why it failed. */
export interface AttemptFacts {
  outcome: AttemptOutcome;
  statusCode: number | null;
  errorCode: string | null;
  errorText: string | null;
  requestUrl: string;
  durationMs: number;
  responseHeaders: Record<string, string> | null;
}

/** Two plain sentences for whoever answers the customer. */
export interface Explanation {
  /** Whose turn it is: nobody's, the customer's, or our own. */
  whose: 'nobody' | 'customer' | 'us';
  /** A few words, for lists. */
  short: string;
  whatHappened: string;
  whatToDo: string;
}

/** What went wrong in an attempt, and what the customer (or we) should do about it. */
export function explainAttempt(attempt: AttemptFacts): Explanation {
  switch (attempt.outcome) {
    case 'DELIVERED':
      return {
        whose: 'nobody',
        short: `Delivered, answered ${attempt.statusCode}`,
        whatHappened: `Their server took it and answered ${attempt.statusCode} after ${seconds(attempt.durationMs)}.`,
        whatToDo:
          'Nothing. If they still miss the call, it got lost behind their own endpoint: tell them the time and the delivery id.',
      };
    case 'HTTP_ERROR':
      return explainStatus(attempt);
    case 'TIMEOUT':
      return {
        whose: 'customer',
        short: 'No answer within 10 s',
        whatHappened: `Their server gave no answer within 10 seconds, so we hung up. It may have worked on the call all the same.`,
        whatToDo: 'Ask them to answer 200 at once and to do the work afterwards, in the background.',
      };
    case 'CONNECTION_FAILED':
      return explainConnection(attempt);
    case 'DNS_FAILED':
      return {
        whose: 'customer',
        short: 'Host name not found',
        whatHappened: `The name ${host(attempt)} has no address: nobody could find their server.`,
        whatToDo:
          'Ask them to check the URL for a typing error, and whether the domain is still theirs and its DNS record is there.',
      };
    case 'TLS_FAILED':
      return explainTls(attempt);
    case 'INVALID_RESPONSE':
      return {
        whose: 'customer',
        short: 'Answer was not HTTP',
        whatHappened: 'Something answered, but not in HTTP.',
        whatToDo:
          'Ask them whether the port in the URL is that of a web server, and whether http and https were mixed up.',
      };
    case 'BLOCKED_ADDRESS':
      return {
        whose: 'customer',
        short: 'Address is not public',
        whatHappened: `The name ${host(attempt)} leads to a private or otherwise not public address, where we never send.`,
        whatToDo:
          'Ask them for a URL that is reachable from the internet; for trying things out, a tunnel or webhook.site will do.',
      };
    case 'NOT_SENT':
      return {
        whose: 'customer',
        short: 'Not sent',
        whatHappened:
          'Nothing was sent: the webhook was paused, disabled or deleted in the meantime, or the payload expunged.',
        whatToDo: 'Once they want it again, activate the webhook and replay what failed.',
      };
  }
}

type Advice = [short: string, whatHappened: string, whatToDo: string];

/** Statuses that say more than their class does. */
const STATUS_ADVICE: Record<number, Advice> = {
  400: ['Refused as malformed', 'Their endpoint says that it can’t read the request.', 'Ask them to look into their log: often a body parser expects a form, or a field that is null in this call. The format (Default or Zapier) may be the wrong one.'],
  401: ['Not let in', 'Their server wants a sign-in that our request doesn’t carry.', 'Ask them to let our requests in without a sign-in and to verify our signature instead, or to set the header they need as a custom header of the webhook.'],
  403: ['Forbidden', 'Their server, or a firewall before it, refuses us.', 'Ask them to let our requests pass the firewall or bot protection (Cloudflare and the like), and to check the signature with the present secret.'],
  404: ['Path not found', 'Their server is there, but knows nothing at this path.', 'Ask them to compare the URL of the webhook with that of their endpoint, letter by letter.'],
  405: ['POST not allowed', 'Their endpoint takes no POST.', 'Ask them to accept POST at this URL; often the URL is that of a web page, not of the endpoint.'],
  408: ['They timed out', 'Their server gave up waiting for the request.', 'Ask them to look at the limits of the proxy before their endpoint. Retrying often helps.'],
  410: ['Gone for good', 'Their server says that this endpoint was removed for good.', 'Ask them for the new URL. At no-code tools this means that the workflow was deleted or switched off.'],
  411: ['Content-Length missing', 'Their server wants a Content-Length.', 'Ask them to look at the proxy before their endpoint: we send one, it was lost on the way.'],
  413: ['Body too large', 'The call record is larger than their server takes.', 'Ask them to raise the limit of their server to at least 2 MB (nginx: client_max_body_size).'],
  415: ['Content type refused', 'Their endpoint takes no application/json.', 'Ask them to accept application/json at this URL.'],
  422: ['Content refused', 'Their endpoint read the call, and did not like what is in it.', 'Ask them to look into their log for the field it stumbled over; compare the request below.'],
  429: ['Too many requests', 'Their server says that we send too fast.', 'Ask them to raise their limit, or set a rate limit for this webhook, which we then keep to.'],
  500: ['Their code failed', 'Their endpoint failed while it worked on this call.', 'Ask them to look into their log at the time below. Once it is mended, retry.'],
  501: ['Not implemented', 'Their server does not know this kind of request.', 'Ask them whether the URL is that of the right endpoint.'],
  502: ['Bad gateway', 'The proxy before their endpoint got no good answer from it.', 'Ask them whether their application is running. Once it is, retry.'],
  503: ['Unavailable', 'Their server says that it is overloaded or under maintenance.', 'Wait until it is over, then retry.'],
  504: ['Gateway timed out', 'The proxy before their endpoint waited for it in vain.', 'Ask them to answer 200 at once and to do the work afterwards, in the background.'],
  521: ['Origin is down', 'Cloudflare reached no server behind it.', 'Ask them whether their server is running and lets Cloudflare in.'],
  522: ['Origin timed out', 'Cloudflare’s connection to their server timed out.', 'Ask them whether their server is running and lets Cloudflare in.'],
  525: ['Origin’s TLS failed', 'Cloudflare could not agree on TLS with their server.', 'Ask them to renew the certificate of their server.'],
}; // prettier-ignore

function explainStatus(attempt: AttemptFacts): Explanation {
  const status = attempt.statusCode ?? 0;
  if (status >= 300 && status < 400) return explainRedirect(status, redirectTarget(attempt));
  const [short, whatHappened, whatToDo] = STATUS_ADVICE[status] ?? adviceOfClass(status);
  return {
    whose: 'customer',
    short: `Answered ${status}: ${lowerFirst(short)}`,
    whatHappened: `Their server answered ${status}. ${whatHappened}`,
    whatToDo,
  };
}

function adviceOfClass(status: number): Advice {
  if (status >= 500)
    return [
      'Their server failed',
      'That is a failure on their side.',
      'Ask them to look into their log at the time below. Once it is mended, retry.',
    ];
  if (status >= 400)
    return ['Refused', 'They refuse the request.', 'Ask them why, with the request and the answer below.'];
  return ['Unusual status', 'Only 200 to 299 count as received.', 'Ask them to answer 200.'];
}

/** Absolute, so that pages recognize it as a URL; undefined for what nobody could put into a webhook. */
function redirectTarget({ requestUrl, responseHeaders }: AttemptFacts): string | undefined {
  const location = responseHeaders?.['location'];
  if (!location || !URL.canParse(location, requestUrl)) return undefined;
  const { protocol, href } = new URL(location, requestUrl);
  return /^https?:$/.test(protocol) ? href : undefined;
}

function explainRedirect(status: number, location: string | undefined): Explanation {
  const where = location ? `to ${location}` : 'to another address';
  return {
    whose: 'customer',
    short: `Answered ${status}: redirect`,
    whatHappened: `Their server answered ${status}, a redirect ${where}. We don’t follow redirects, because what is signed for one address must not go to another.`,
    whatToDo: location
      ? `Ask them to put the final URL into the webhook: ${location}`
      : 'Ask them to put the final URL into the webhook.',
  };
}

function explainConnection(attempt: AttemptFacts): Explanation {
  const because: Record<string, Advice> = {
    ECONNREFUSED: ['Connection refused', `${host(attempt)} is there, but no server listens at this port.`, 'Ask them whether their server is running, and on the port of the URL.'],
    ECONNRESET: ['Connection reset', 'Their server cut the connection before it answered.', 'Ask them to look for a crash in their log, and at the limits of the proxy before it.'],
    EHOSTUNREACH: ['Host unreachable', 'No way leads to their server.', 'Ask them whether their server is online.'],
    ENETUNREACH: ['Network unreachable', 'No way leads to their server’s network.', 'Ask them whether their server is online; if it has an IPv6 address only, ask us.'],
  }; // prettier-ignore
  const [short, whatHappened, whatToDo] = because[attempt.errorCode ?? ''] ?? [
    'Connection failed',
    'The connection broke before their server answered.',
    'Ask them whether their server is running and reachable. Retrying often helps.',
  ];
  return { whose: 'customer', short, whatHappened, whatToDo };
}

function explainTls(attempt: AttemptFacts): Explanation {
  const code = `${attempt.errorCode ?? ''} ${attempt.errorText ?? ''}`;
  const advice: Advice = /EXPIRED/i.test(code)
    ? ['Certificate expired', 'The certificate of their server has expired.', 'Ask them to renew it. Once that is done, retry.']
    : /ALTNAME|hostname/i.test(code)
      ? ['Certificate of another name', `The certificate of their server is not for ${host(attempt)}.`, 'Ask them for a certificate with this name, or to put the name of the certificate into the URL.']
      : /SELF_SIGNED|UNABLE_TO|self.signed|issuer/i.test(code)
        ? ['Certificate not trusted', 'The certificate of their server is self-signed, or the chain to its issuer is incomplete.', 'Ask them for a certificate of a public issuer (Let’s Encrypt will do), and to install its whole chain.']
        : ['TLS failed', 'We could not agree with their server on a safe connection.', 'Ask them to support TLS 1.2 or newer, and to check that the port speaks https.']; // prettier-ignore
  return { whose: 'customer', short: advice[0], whatHappened: advice[1], whatToDo: advice[2] };
}

function host(attempt: AttemptFacts): string {
  return URL.canParse(attempt.requestUrl) ? new URL(attempt.requestUrl).host : attempt.requestUrl;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}
