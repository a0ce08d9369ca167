import { type Decision, Exchange, type RawBody } from './exchange';
import { MalformedResponseError } from './response-parser';

function begin() {
  const decisions: Decision[] = [];
  const bodies: (RawBody | null)[] = [];
  const exchange = new Exchange({
    decided: (decision) => decisions.push(decision),
    ended: (body) => bodies.push(body),
  });
  return { decisions, bodies, exchange, text: () => bodies[0]?.bytes.toString() };
}

describe('an exchange', () => {
  it.each([
    [200, null], [204, null], [299, null],
    [300, 'HTTP_300'], [301, 'HTTP_301'], [304, 'HTTP_304'], [400, 'HTTP_400'], [500, 'HTTP_500'], [999, 'HTTP_999'],
  ])('is decided by a status of %d as soon as the headers arrive, with the error code %s', (status, errorCode) => {
    const { decisions, bodies, exchange } = begin();
    exchange.onHead(status, { a: '1' });
    const failure = errorCode === null ? null : expect.objectContaining({ outcome: 'HTTP_ERROR', errorCode });
    expect(decisions).toEqual([{ failure, statusCode: status, headers: { a: '1' } }]);
    expect(bodies).toEqual([]);
  }); // prettier-ignore

  it('ends with the body', () => {
    const { bodies, exchange } = begin();
    exchange.onHead(200, {});
    exchange.onBody(Buffer.from('hel'));
    exchange.onBody(Buffer.from('lo'));
    exchange.onEnd(true);
    expect(bodies).toEqual([{ bytes: Buffer.from('hello'), isComplete: true }]);
  });

  it('reads no more than 16 KiB', () => {
    const { bodies, exchange } = begin();
    exchange.onHead(200, {});
    exchange.onBody(Buffer.alloc(16 * 1024 - 1));
    expect(bodies).toHaveLength(0);
    exchange.onBody(Buffer.alloc(100));
    exchange.onBody(Buffer.alloc(100));
    expect(bodies).toEqual([{ bytes: Buffer.alloc(16 * 1024), isComplete: false }]);
  });

  it('keeps no part of a buffer that the connection uses again', () => {
    const { exchange, text } = begin();
    exchange.onHead(200, {});
    const piece = Buffer.from('first');
    exchange.onBody(piece);
    piece.fill('!');
    exchange.onEnd(true);
    expect(text()).toBe('first');
  });

  it('fails by the error if no status has arrived', () => {
    const { decisions, bodies, exchange } = begin();
    exchange.onError(Object.assign(new Error(), { code: 'ECONNREFUSED' }));
    expect(decisions).toEqual([
      { failure: expect.objectContaining({ outcome: 'CONNECTION_FAILED' }), statusCode: null, headers: null },
    ]);
    expect(bodies).toEqual([null]);
  });

  it.each([
    ['a reset', Object.assign(new Error(), { code: 'ECONNRESET' })],
    ['a malformed chunk', new MalformedResponseError('MALFORMED_BODY')],
  ])('stays decided by its status when the body breaks off with %s', (_, error) => {
    const { decisions, bodies, exchange } = begin();
    exchange.onHead(200, {});
    exchange.onBody(Buffer.from('half'));
    exchange.onError(error);
    expect(decisions).toMatchObject([{ failure: null, statusCode: 200 }]);
    expect(bodies).toEqual([{ bytes: Buffer.from('half'), isComplete: false }]);
  });

  it.each([
    ['LOOKUP', 'LOOKUP_TIMEOUT', /looked up/],
    ['CONNECT', 'CONNECT_TIMEOUT', /accept a connection/],
    ['TLS', 'TLS_TIMEOUT', /TLS/],
    ['RESPONSE', 'TIMEOUT', /respond/],
  ] as const)('that expires at the stage %s is a timeout with the code %s', (stage, errorCode, text) => {
    const { decisions, exchange } = begin();
    exchange.expire(stage);
    expect(decisions[0].failure).toMatchObject({ outcome: 'TIMEOUT', errorCode, errorText: expect.stringMatching(text) });
  }); // prettier-ignore

  it('cuts the body when it expires after the status', () => {
    const { decisions, bodies, exchange } = begin();
    exchange.onHead(202, {});
    exchange.onBody(Buffer.from('x'));
    exchange.expire('RESPONSE');
    expect(decisions).toHaveLength(1);
    expect(bodies).toEqual([{ bytes: Buffer.from('x'), isComplete: false }]);
  });

  it('reports each step once, whatever comes after', () => {
    const { decisions, bodies, exchange } = begin();
    exchange.onHead(200, {});
    exchange.onEnd(true);
    exchange.expire('RESPONSE');
    exchange.onError(new Error('late'));
    exchange.onEnd(true);
    exchange.onHead(500, {});
    expect([decisions.length, bodies.length]).toEqual([1, 1]);
  });
});
