import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { Config } from '@app/platform';
import { WebhookTarget, type WebhookAuth } from '@app/webhooks';
import type { AttemptOutcome, AttemptResult } from '../attempt';
import { type Certificate, Certificates } from './certificates.fixture';
import { SendingTimes, WebhookSender } from './webhook-sender';

/** Like the real ones, a twentieth as long. */
const times: SendingTimes = Object.assign(new SendingTimes(), { attemptMs: 500, bodyMs: 150 });

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('the sender', () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let sender: WebhookSender;

  beforeEach(() => {
    sender = new WebhookSender({ ALLOWED_PRIVATE_CIDRS: ['127.0.0.0/8'], DNS_SERVERS: ['127.0.0.1:9'] } as unknown as Config, times);
  }); // prettier-ignore
  afterEach(async () => {
    sender.onApplicationShutdown();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  /** A server that does with each connection what it is given, and with the first bytes of a request what `serve` says. */
  async function serve(onConnection: (socket: Socket) => void, tls?: TlsOptions): Promise<string> {
    const track = (socket: Socket): void => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    };
    const server = tls ? createTlsServer(tls, onConnection) : createServer(onConnection);
    server.on('connection', track).on('tlsClientError', () => undefined);
    if (tls) server.on('secureConnection', track);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A server that answers every request with the same bytes. */
  const answering = (bytes: string | Buffer, close = false, tls?: TlsOptions) =>
    serve((socket) => {
      socket.on('data', () => {
        socket.write(bytes);
        if (close) socket.end();
      });
    }, tls);

  function send(
    url: string,
    body = '{"id":"evt_1"}',
    onDecided?: (result: AttemptResult) => void,
    auth: WebhookAuth | null = null,
  ) {
    const target = new WebhookTarget({
      id: 'whk_1', url: `${url}/hook`, status: 'ACTIVE', isDeleted: false, secret: null, previousSecret: null,
      previousSecretExpiresAt: 0, customHeaders: null, auth, requestVersion: 0, retryPolicy: 'STANDARD', maxConcurrency: null,
      rateLimitPerSecond: null, circuitIsOpen: false, isFailing: false,
    } as unknown as ConstructorParameters<typeof WebhookTarget>[0]); // prettier-ignore
    return sender.send(
      { target, body: Buffer.from(body), eventId: 'evt_1', eventType: 'CALL_COMPLETED', deliveryId: 'dlv_1', attemptNumber: 1, timestamp: 1_000, test: false, signatures: {}, authorization: null },
      onDecided,
    ); // prettier-ignore
  }

  it('writes one request with exactly the bytes that were signed', async () => {
    let received = '';
    const url = await serve((socket) => {
      socket.on('data', (data) => {
        received += data.toString();
        if (received.includes('}')) socket.write(OK);
      });
    });
    await send(url, '{"name":"Größe"}');
    expect(received).toMatch(
      /^POST \/hook HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nConnection: keep-alive\r\n/,
    );
    expect(received).toMatch(/\r\nContent-Length: 18\r\n\r\n\{"name":"Größe"\}$/);
  });

  it.each([
    ['100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${OK}`],
    ['Early Hints', `HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n${OK}`],
  ])('skips an interim response that nobody asked for: %s', async (_, bytes) => {
    let requests = 0;
    const url = await serve((socket) => {
      socket.on('data', () => {
        requests += 1;
        socket.write(bytes);
      });
    });
    expect(await send(url)).toMatchObject({ outcome: 'DELIVERED', statusCode: 200, responseBody: 'ok' });
    expect(requests).toBe(1);
  });

  describe('a body that never ends', () => {
    it.each([
      [200, 'DELIVERED'],
      [500, 'HTTP_ERROR'],
    ])('holds nothing after a status of %d: the headers decide, and the body is cut', async (status, outcome) => {
      const url = await serve((socket) => {
        socket.on('data', () => {
          socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 1000\r\n\r\n`);
          setTimeout(() => socket.write('late'), 20);
        });
      });
      let decided: AttemptResult | undefined;
      const result = send(url, '{}', (early) => (decided = { ...early }));
      while (!decided) await sleep(5);
      expect(decided).toMatchObject({ outcome, statusCode: status });
      expect(await result).toMatchObject({
        outcome, statusCode: status, durationMs: decided.durationMs, responseBody: 'late', responseTruncated: true,
      });
      while (sockets.size > 0) await sleep(5); // closed
    }); // prettier-ignore

    it('is one of 64 at most for each endpoint: the oldest gives way', async () => {
      const url = await answering('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx');
      const results: Promise<AttemptResult>[] = [];
      for (let i = 0; i < 80; i += 1)
        await new Promise<void>((resolve) => results.push(send(url, '{}', () => resolve())));
      expect(sockets.size).toBeLessThanOrEqual(66);
      expect((await Promise.all(results)).every(({ outcome }) => outcome === 'DELIVERED')).toBe(true);
    });
  });

  it('goes by a response that arrives before the whole request was read', async () => {
    const url = await serve((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nfull'));
    });
    expect(await send(url, 'x'.repeat(1_000_000))).toMatchObject({ outcome: 'HTTP_ERROR', statusCode: 413, responseBody: 'full' });
  }); // prettier-ignore

  it('sends no second request because of a response', async () => {
    // Two responses to one request: the second belongs to nobody.
    const url = await answering(`${OK}${OK.replace('200 OK', '500 No')}`);
    expect(await send(url)).toMatchObject({ statusCode: 200 });
    expect(await send(url)).toMatchObject({ statusCode: 200 });
  });

  it('notices that a server has closed a connection that it kept', async () => {
    const url = await serve((socket) => {
      socket.on('data', () => {
        socket.write(OK);
        setTimeout(() => socket.end(), 10);
      });
    });
    for (let i = 0; i < 3; i += 1) {
      expect(await send(url)).toMatchObject({ outcome: 'DELIVERED' });
      await sleep(60);
    }
  });

  describe('says in a sentence why an attempt failed:', () => {
    const certificates = new Certificates();
    const selfSigned = certificates.selfSigned();
    afterAll(() => certificates.remove());

    /** What a real server does, and what is recorded of it. */
    const FAILURES: [string, () => Promise<string>, AttemptOutcome, string, string][] = [
      ['nothing listens', async () => {
        const url = await serve(() => undefined);
        await new Promise((resolve) => servers.pop()!.close(resolve));
        return url;
      }, 'CONNECTION_FAILED', 'ECONNREFUSED', 'The connection was refused: no server listens at this address and port.'],
      ['a reset before the response', () => serve((socket) => socket.once('data', () => socket.resetAndDestroy())),
        'CONNECTION_FAILED', 'ECONNRESET', 'The server reset the connection before it sent a response.'],
      ['a close before the response', () => serve((socket) => socket.once('data', () => socket.end())),
        'CONNECTION_FAILED', 'CONNECTION_CLOSED', 'The server closed the connection without sending a response.'],
      ['no response', () => serve(() => undefined), 'TIMEOUT', 'TIMEOUT', 'The server did not respond within 10 s of the start of the attempt.'],
      ['only interim responses', () => answering('HTTP/1.1 100 Continue\r\n\r\n'), 'TIMEOUT', 'TIMEOUT', 'The server did not respond within 10 s of the start of the attempt.'],
      ['no end of the headers', () => answering('HTTP/1.1 200 OK\r\n'), 'TIMEOUT', 'TIMEOUT', 'The server did not respond within 10 s of the start of the attempt.'],
      ['another protocol', () => serve((socket) => socket.write('220 smtp.example ESMTP\r\n')),
        'INVALID_RESPONSE', 'NOT_HTTP', 'What the server sent is not an HTTP response.'],
      ['HTTP/0.9', () => answering('<h1>hello</h1>', true), 'INVALID_RESPONSE', 'NOT_HTTP', 'What the server sent is not an HTTP response.'],
      ['an alert of TLS on the port of an http URL', () => answering(Buffer.from('15030100020246', 'hex'), true),
        'INVALID_RESPONSE', 'TLS_ON_HTTP_PORT', 'The server expects TLS at this port: the URL must begin with https://.'],
      ['headers without an end', () => answering(`HTTP/1.1 200 OK\r\n${'X-Filler: y\r\n'.repeat(30_000)}`),
        'INVALID_RESPONSE', 'HEADERS_TOO_LARGE', 'The headers of the response are larger than 256 KiB.'],
      ['a private address', () => Promise.resolve('http://10.0.0.1'), 'BLOCKED_ADDRESS', 'BLOCKED_ADDRESS', 'The address 10.0.0.1 is private or otherwise not public, so nothing was sent.'],
      ['name servers that nobody runs', () => Promise.resolve('http://name.example'), 'DNS_FAILED', 'ESERVFAIL', 'The name servers of name.example reported an error or could not be reached.'],
      ['a self-signed certificate', () => answering(OK, false, selfSigned), 'TLS_FAILED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate of the server is self-signed.'],
      ['a TLS version that is too old', () => answering(OK, false, { ...selfSigned, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
        'TLS_FAILED', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'The server supports only TLS versions that are too old: TLS 1.2 or newer is required.'],
      ['plain HTTP on the port of an https URL', async () => (await serve((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))).replace('http:', 'https:'),
        'TLS_FAILED', 'ERR_SSL_WRONG_VERSION_NUMBER', 'The server does not use TLS at this port: it sends plain text, such as HTTP.'],
      ['a close during the TLS handshake', async () => (await serve((socket) => socket.once('data', () => socket.end()))).replace('http:', 'https:'),
        'TLS_FAILED', 'ECONNRESET', 'The server closed the connection during the TLS handshake.'],
      ['a TLS handshake that nobody answers', async () => (await serve(() => undefined)).replace('http:', 'https:'),
        'TIMEOUT', 'TLS_TIMEOUT', 'The server did not complete the TLS handshake within 10 s of the start of the attempt.'],
    ]; // prettier-ignore

    it.each(FAILURES)('%s', async (_, start, outcome, errorCode, errorText) => {
      const result = await send(await start());
      expect(result).toMatchObject({ outcome, errorCode, errorText, statusCode: null, responseBody: null });
      expect(result.durationMs).toBeLessThan(1_500);
    });
  });

  it('connects with the client certificate of a webhook, and shares its connections and sessions with no other', async () => {
    const certificates = new Certificates();
    const [server, one, other] = [
      certificates.selfSigned(),
      certificates.selfSigned(),
      certificates.selfSigned(),
    ];
    const peers: string[] = [];
    const url = await serve(
      (socket) => {
        socket.on('data', () => {
          peers.push((socket as TLSSocket).getPeerCertificate().fingerprint256);
          socket.write(OK);
        });
      },
      { ...server, requestCert: true, rejectUnauthorized: false },
    );
    const mtls = ({ cert, key }: Certificate): WebhookAuth => ({
      type: 'MTLS', certificate: cert.toString(), key: key.toString(), ca: server.cert.toString(),
    }); // prettier-ignore
    const as = (auth: WebhookAuth | null) => send(url, '{}', undefined, auth);
    for (const auth of [mtls(one), mtls(other), mtls(one)])
      expect(await as(auth)).toMatchObject({ outcome: 'DELIVERED', statusCode: 200 });
    const [first, second] = [one, other].map(({ cert }) => new X509Certificate(cert).fingerprint256);
    expect(peers).toEqual([first, second, first]);
    // The authority of one webhook is trusted by that webhook only.
    expect(await as(null)).toMatchObject({ outcome: 'TLS_FAILED' });
    expect(peers).toHaveLength(3);
    certificates.remove();
  });
});
