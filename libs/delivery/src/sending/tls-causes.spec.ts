import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { AddressPolicy } from '@app/webhooks';
import { Certificates, type Certificate } from './certificates.fixture';
import { classifyFailure, type Failure } from './failure';
import { GuardedConnector } from './guarded-connector';
import { ConnectionClosedError, type ExchangeEvents, HttpConnection } from './http-connection';
import type { LookupEvents, NameResolver } from './resolver';
import { tlsCause } from './tls-causes';

const HOST = 'crm.example';

/** Real handshakes with servers whose authority is trusted, so that each fails for its own reason only. */
describe('a TLS failure', () => {
  const certificates = new Certificates();
  const authority = certificates.selfSigned();
  const stranger = certificates.selfSigned();
  const good = certificates.issued(authority, HOST);
  const servers: Server[] = [];
  afterAll(() => {
    certificates.remove();
    for (const server of servers) server.close();
  });

  async function failureWith(
    options: TlsOptions,
    client: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {},
  ): Promise<Failure | null> {
    const sockets: Socket[] = [];
    const server = createServer(options, (socket) =>
      socket
        .on('error', () => undefined)
        .on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')),
    );
    server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)));
    server.on('tlsClientError', () => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const lookup = (_: string, events: LookupEvents) => {
      process.nextTick(() => events.onAddresses([{ address: '127.0.0.1', family: 4 }]));
      return () => undefined;
    };
    const connector = new GuardedConnector(
      new AddressPolicy(['127.0.0.0/8']),
      { lookup } as unknown as NameResolver,
    );
    const port = (server.address() as AddressInfo).port;
    const certificatesOfClient = { ca: authority.cert, ...client };
    const opener = connector.opener({ isTls: true, hostname: HOST, port, certificates: certificatesOfClient });
    const failure = await new Promise<Failure | null>((resolve) => {
      const connection = new HttpConnection(opener, () => resolve(classifyFailure(new ConnectionClosedError())));
      const events: ExchangeEvents = {
        onHead: () => resolve(null),
        onBody: () => undefined,
        onEnd: () => connection.destroy(),
        onError: (error) => resolve(classifyFailure(error)),
      };
      connection.send({ method: 'POST', head: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', body: Buffer.alloc(0) }, events);
    });
    for (const socket of sockets) socket.destroy();
    return failure;
  } // prettier-ignore

  it('is none with a good certificate, and with a client certificate that the server knows', async () => {
    expect(await failureWith(good)).toBeNull();
    const mutual = { ...good, requestCert: true, rejectUnauthorized: true, ca: [authority.cert] };
    expect(await failureWith(mutual, certificates.issued(authority, 'client.example'))).toBeNull();
  });

  it.each<[string, () => TlsOptions, string, RegExp]>([
    ['an expired certificate', () => certificates.issued(authority, HOST, '20200101000000Z', '20200201000000Z'), 'CERT_HAS_EXPIRED', /has expired/],
    ['a certificate of the future', () => certificates.issued(authority, HOST, '20980101000000Z'), 'CERT_NOT_YET_VALID', /not valid yet/],
    ['a certificate for another name', () => certificates.issued(authority, 'other.example'), 'ERR_TLS_CERT_ALTNAME_INVALID', /another host name/],
    ['a self-signed certificate', () => certificates.selfSigned(), 'DEPTH_ZERO_SELF_SIGNED_CERT', /self-signed/],
    ['an authority that nobody trusts, in the chain', () => chained(certificates.issued(stranger, HOST), stranger), 'SELF_SIGNED_CERT_IN_CHAIN', /not publicly trusted/],
    ['a missing intermediate certificate', () => certificates.issued(stranger, HOST), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /intermediate certificate is missing/],
    ['a TLS version that is too old', () => ({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /too old/],
    ['a required client certificate, by TLS 1.3', () => ({ ...good, requestCert: true, ca: [authority.cert] }), 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /requires a client certificate/],
    ['a required client certificate, by TLS 1.2', () => ({ ...good, requestCert: true, ca: [authority.cert], maxVersion: 'TLSv1.2' }), 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /requires a client certificate/],
    ['no common cipher', () => ({ ...good, maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256@SECLEVEL=0' }), 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /no common encryption/],
    ['another protocol over TLS', () => ({ ...good, ALPNProtocols: ['imap'] }), 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', /does not offer HTTP/],
  ])('with %s is described in a sentence', async (_, options, errorCode, text) => {
    const failure = await failureWith(options());
    expect(failure).toMatchObject({ outcome: 'TLS_FAILED', errorCode });
    expect(failure?.errorText).toMatch(text);
  }); // prettier-ignore

  it.each([
    [
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      false,
      'The server did not accept our client certificate, or requires one.',
    ],
    ['ERR_SSL_SOMETHING_NEW', false, 'The TLS connection to the server failed.'],
    ['EPROTO', false, 'The TLS connection to the server failed.'],
    ['SOMETHING_NEW', true, 'No TLS connection could be agreed on with the server.'],
    ['ECONNRESET', true, 'The server closed the connection during the TLS handshake.'],
    ['ECONNRESET', false, null],
    ['SOMETHING_NEW', false, null],
  ])('with the code %s (during the handshake: %s) has the sentence %j', (code, isHandshake, text) => {
    expect(tlsCause(code, isHandshake)).toBe(text);
  });
});

function chained({ key, cert }: Certificate, by: Certificate): Certificate {
  return { key, cert: Buffer.concat([cert, by.cert]) };
}
