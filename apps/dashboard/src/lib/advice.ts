/** How an attempt failed, as far as it is known. */
export interface Failure {
  outcome?: string;
  statusCode: number | null;
  error: { code: string | null; text: string | null } | null;
}

export interface Advice {
  /** What happened, in a few words. */
  title: string;
  /** What to do about it. */
  todo: string;
}

const BY_STATUS: Record<number, Advice> = {
  301: {
    title: 'Your server redirects to another address',
    todo: 'Redirects are not followed. Put the final URL into the webhook.',
  },
  400: {
    title: 'Your server did not understand the request',
    todo: 'Look at the response below for its reason. A body parser that expects another format is the usual one.',
  },
  401: {
    title: 'Your server asks for credentials',
    todo: 'Let this path through without a login and verify the signature instead, or add an Authorization header in the webhook’s settings.',
  },
  403: {
    title: 'Your server refuses the request',
    todo: 'A firewall, a bot protection or a CSRF check is the usual reason: exempt this path. If you verify signatures, check the secret.',
  },
  404: {
    title: 'There is nothing at this URL',
    todo: 'Check the path of the URL, also for a missing or superfluous slash at its end.',
  },
  405: {
    title: 'This URL does not take POST requests',
    todo: 'Webhooks are sent by POST: let your route accept it.',
  },
  408: {
    title: 'Your server gave up waiting',
    todo: 'A proxy in front of it is the usual reason. Answer at once and do the work afterwards.',
  },
  410: {
    title: 'Your server says that this URL is gone',
    todo: 'Put the new URL into the webhook, or delete it.',
  },
  413: {
    title: 'The body is too large for your server',
    todo: 'Raise its limit for this path: a long call’s body can be more than 1 MB.',
  },
  415: {
    title: 'Your server does not take JSON',
    todo: 'Webhooks are sent as application/json: let this path accept it.',
  },
  429: {
    title: 'Your server says that it gets too many requests',
    todo: 'Set a rate limit in the webhook’s settings that your server can keep up with.',
  },
  502: {
    title: 'The proxy before your server got no answer',
    todo: 'Check that your application is running.',
  },
  503: { title: 'Your server is not available', todo: 'Check that it is running and not in maintenance.' },
  504: {
    title: 'The proxy before your server gave up waiting',
    todo: 'Answer at once and do the work afterwards.',
  },
};

const BY_OUTCOME: Record<string, Advice> = {
  TIMEOUT: {
    title: 'Your server did not answer within 10 seconds',
    todo: 'Answer with 200 at once, and do what takes long in a background task.',
  },
  CONNECTION_FAILED: {
    title: 'Your server could not be reached',
    todo: 'Check that it is running, that its port is right, and that a firewall lets us in.',
  },
  DNS_FAILED: {
    title: 'The host name could not be found',
    todo: 'Check the URL for typing errors, and the DNS records of the name.',
  },
  TLS_FAILED: {
    title: 'The connection could not be made secure',
    todo: 'Check the certificate: it must be valid, not expired, made for this name, and sent with its intermediate certificates.',
  },
  INVALID_RESPONSE: {
    title: 'The answer was not valid HTTP',
    todo: 'Check what listens at this port: a web server must answer there.',
  },
  BLOCKED_ADDRESS: {
    title: 'The address is not public',
    todo: 'We only send to public addresses. To try it from your own computer, use a tunnel or webhook.site.',
  },
  NOT_SENT: {
    title: 'Nothing was sent',
    todo: 'The webhook was paused, disabled or deleted in the meantime, or the data of the call was removed.',
  },
};

/** A test does not tell these causes apart, so that it cannot be used to map networks. */
const NO_RESPONSE: Advice = {
  title: 'No response came within 10 seconds',
  todo: 'Check that your server is running, that its address is public, and that a firewall lets us in. If processing takes long, return 200 at once and do the work in a background task.',
};

const EXPUNGED: Advice = {
  title: 'Nothing was sent',
  todo: 'The data of this call has been removed for good.',
};

/** A test's answer names the cause by its error's code alone. */
const OUTCOMES_BY_CODE: [RegExp, string][] = [
  [/^(ENOTFOUND|EBADNAME|ESERVFAIL)/, 'DNS_FAILED'],
  [/^(ECONN|EPIPE|EHOST|ENET|EADDR|ETIMEDOUT|CONNECTION_CLOSED)/, 'CONNECTION_FAILED'],
  [/^(LOOKUP_|CONNECT_|TLS_)?TIMEOUT$/, 'TIMEOUT'],
  [/^(NOT_HTTP|TLS_ON_HTTP_PORT|HEADERS_TOO_LARGE|MALFORMED_BODY)$/, 'INVALID_RESPONSE'],
  [/CERT|TLS|SSL|SIGNED|EPROTO|HOSTNAME_MISMATCH|UNABLE_TO/, 'TLS_FAILED'],
];

function outcomeOf(code: string): string {
  return OUTCOMES_BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? code;
}

/** What a failed attempt means for the owner of the receiving server. */
export function adviceFor({ outcome, statusCode, error }: Failure): Advice {
  if (statusCode !== null && (statusCode < 200 || statusCode > 299)) {
    const known = BY_STATUS[statusCode];
    if (known) return known;
    if (statusCode >= 300 && statusCode < 400) return BY_STATUS[301]!;
    if (statusCode >= 500)
      return {
        title: 'Your server had an error',
        todo: 'Look into its log at the time of this attempt.',
      };
    return {
      title: `Your server answered ${statusCode}`,
      todo: 'Only a status from 200 to 299 counts as received.',
    };
  }
  if (error?.code && /expunged/i.test(error.code)) return EXPUNGED;
  if (error?.code === 'NO_RESPONSE') return NO_RESPONSE;
  const known = BY_OUTCOME[outcome ?? ''] ?? BY_OUTCOME[outcomeOf(error?.code ?? '')];
  return (
    known ?? {
      title: error?.text ?? 'It failed',
      todo: 'Check that your server answers with a status from 200 to 299 within 10 seconds.',
    }
  );
}

const OUTCOME_NAMES: Record<string, string> = {
  DELIVERED: 'Delivered',
  HTTP_ERROR: 'Refused',
  TIMEOUT: 'Timed out',
  CONNECTION_FAILED: 'Not reachable',
  DNS_FAILED: 'Name not found',
  TLS_FAILED: 'TLS failed',
  INVALID_RESPONSE: 'Not HTTP',
  BLOCKED_ADDRESS: 'Address not public',
  NOT_SENT: 'Not sent',
};

export function outcomeName(outcome: string): string {
  return OUTCOME_NAMES[outcome] ?? outcome;
}
