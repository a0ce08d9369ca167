import { ATTEMPT_OUTCOMES } from '@app/delivery';
import { explainAttempt, type AttemptFacts } from './explain-attempt';

function attempt(facts: Partial<AttemptFacts>): AttemptFacts {
  return {
    outcome: 'HTTP_ERROR',
    statusCode: null,
    errorCode: null,
    errorText: null,
    requestUrl: 'https://crm.example/hooks/calls',
    durationMs: 120,
    responseHeaders: null,
    ...facts,
  };
}

describe('explaining an attempt', () => {
  it.each<[Partial<AttemptFacts>, string, RegExp, RegExp]>([
    [
      { outcome: 'DELIVERED', statusCode: 204 },
      'Delivered, answered 204',
      /took it and answered 204 after 120 ms/,
      /^Nothing/,
    ],
    [
      { statusCode: 301, responseHeaders: { location: 'https://www.crm.example/hooks/calls' } },
      'Answered 301: redirect',
      /answered 301, a redirect to https:\/\/www\.crm\.example/,
      /put the final URL into the webhook: https:\/\/www\.crm\.example\/hooks\/calls$/,
    ],
    [{ statusCode: 302 }, 'Answered 302: redirect', /redirect to another address/, /put the final URL/],
    [{ statusCode: 308, responseHeaders: {} }, 'Answered 308: redirect', /308/, /final URL/],
    [{ statusCode: 400 }, 'Answered 400: refused as malformed', /can’t read/, /Default or Zapier/],
    [{ statusCode: 401 }, 'Answered 401: not let in', /sign-in/, /custom header/],
    [{ statusCode: 403 }, 'Answered 403: forbidden', /firewall/, /firewall/],
    [{ statusCode: 404 }, 'Answered 404: path not found', /nothing at this path/, /letter by letter/],
    [{ statusCode: 405 }, 'Answered 405: POST not allowed', /no POST/, /accept POST/],
    [{ statusCode: 410 }, 'Answered 410: gone for good', /removed/, /new URL/],
    [{ statusCode: 413 }, 'Answered 413: body too large', /larger/, /client_max_body_size/],
    [{ statusCode: 418 }, 'Answered 418: refused', /refuse/, /Ask them why/],
    [{ statusCode: 429 }, 'Answered 429: too many requests', /too fast/, /rate limit/],
    [{ statusCode: 500 }, 'Answered 500: their code failed', /failed while/, /log/],
    [{ statusCode: 502 }, 'Answered 502: bad gateway', /proxy/, /running/],
    [{ statusCode: 503 }, 'Answered 503: unavailable', /maintenance/, /retry/],
    [{ statusCode: 504 }, 'Answered 504: gateway timed out', /in vain/, /background/],
    [{ statusCode: 599 }, 'Answered 599: their server failed', /their side/, /log/],
    [{ statusCode: 199 }, 'Answered 199: unusual status', /200 to 299/, /200/],
    [{ outcome: 'TIMEOUT' }, 'No answer within 10 s', /10 seconds/, /answer 200 at once/],
    [
      { outcome: 'CONNECTION_FAILED', errorCode: 'ECONNREFUSED' },
      'Connection refused',
      /crm\.example is there, but no server listens/,
      /port/,
    ],
    [
      { outcome: 'CONNECTION_FAILED', errorCode: 'ECONNRESET' },
      'Connection reset',
      /cut the connection/,
      /crash/,
    ],
    [
      { outcome: 'CONNECTION_FAILED', errorCode: 'UND_ERR_SOCKET' },
      'Connection failed',
      /broke/,
      /Retrying often helps/,
    ],
    [
      { outcome: 'DNS_FAILED', errorCode: 'ENOTFOUND' },
      'Host name not found',
      /crm\.example has no address/,
      /typing error/,
    ],
    [{ outcome: 'TLS_FAILED', errorCode: 'CERT_HAS_EXPIRED' }, 'Certificate expired', /expired/, /renew/],
    [
      { outcome: 'TLS_FAILED', errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'Certificate of another name',
      /not for crm\.example/,
      /name/,
    ],
    [
      { outcome: 'TLS_FAILED', errorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'Certificate not trusted',
      /self-signed/,
      /whole chain/,
    ],
    [
      { outcome: 'TLS_FAILED', errorCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      'Certificate not trusted',
      /incomplete/,
      /whole chain/,
    ],
    [{ outcome: 'TLS_FAILED', errorCode: 'EPROTO' }, 'TLS failed', /agree/, /TLS 1\.2/],
    [
      { outcome: 'INVALID_RESPONSE', errorCode: 'HPE_INVALID_CONSTANT' },
      'Answer was not HTTP',
      /not in HTTP/,
      /port/,
    ],
    [{ outcome: 'BLOCKED_ADDRESS' }, 'Address is not public', /never send/, /reachable from the internet/],
    [{ outcome: 'NOT_SENT' }, 'Not sent', /paused, disabled or deleted/, /activate/],
  ])('%j', (facts, short, whatHappened, whatToDo) => {
    const explanation = explainAttempt(attempt(facts));
    expect(explanation.short).toBe(short);
    expect(explanation.whatHappened).toMatch(whatHappened);
    expect(explanation.whatToDo).toMatch(whatToDo);
  });

  it('should have a full sentence for every outcome, also where nothing else is known', () => {
    for (const outcome of ATTEMPT_OUTCOMES) {
      const { whatHappened, whatToDo } = explainAttempt(attempt({ outcome, requestUrl: 'not a url' }));
      expect(whatHappened).toMatch(/\.$/);
      expect(whatToDo).toMatch(/\.$/);
    }
  });
});
