import type { Dispatcher } from 'undici';
import { type Answer, Exchange } from './exchange';

function begin() {
  const answers: Answer[] = [];
  /** Whether the answer had ended, each time. */
  const ends: boolean[] = [];
  const exchange = new Exchange((answer, ended) => {
    answers.push(answer);
    ends.push(ended);
  });
  const abort = jest.fn();
  const controller = { abort } as unknown as Dispatcher.DispatchController;
  const respond = (status: number, headers = {}) => exchange.onResponseStart(controller, status, headers);
  const data = (chunk: Buffer | string) => exchange.onResponseData(controller, Buffer.from(chunk as string));
  return { answers, ends, exchange, abort, controller, respond, data };
}

describe('an exchange', () => {
  it.each([
    [200, null], [204, null], [299, null],
    [300, 'HTTP_300'], [301, 'HTTP_301'], [304, 'HTTP_304'], [400, 'HTTP_400'], [500, 'HTTP_500'],
  ])('that ends with %d has the error code %s', (status, errorCode) => {
    const { answers, ends, exchange, respond, data } = begin();
    respond(status, { a: '1', b: ['2', '3'] });
    data('hel');
    data('lo');
    exchange.onResponseEnd();
    expect(ends).toEqual([true]);
    expect(answers).toEqual([
      {
        failure: errorCode === null ? null : expect.objectContaining({ outcome: 'HTTP_ERROR', errorCode }),
        statusCode: status, headers: { a: '1', b: '2, 3' }, body: 'hello', truncated: false,
      },
    ]);
  }); // prettier-ignore

  it('waits for the answer that follows an informational one', () => {
    const { answers, exchange, respond } = begin();
    respond(103, { link: '</x>' });
    expect(answers).toEqual([]);
    respond(200, {});
    exchange.onResponseEnd();
    expect(answers[0]).toMatchObject({ statusCode: 200, headers: {}, body: '' });
  });

  it.each([
    [4_096, false],
    [4_097, true],
  ])('keeps 4 KiB of a body of %d bytes; cut: %s', (size, truncated) => {
    const { answers, exchange, respond, data } = begin();
    respond(200);
    for (let sent = 0; sent < size; sent += 1_000) data('x'.repeat(Math.min(1_000, size - sent)));
    exchange.onResponseEnd();
    expect(answers[0].body).toHaveLength(4_096);
    expect(answers[0].truncated).toBe(truncated);
  });

  it('reads no more than 16 KiB, and the status decides', () => {
    const { answers, ends, respond, data } = begin();
    respond(200);
    data('x'.repeat(16 * 1_024 - 1));
    expect(answers).toHaveLength(0);
    data('x');
    expect(ends).toEqual([false]);
    expect(answers[0]).toMatchObject({ failure: null, statusCode: 200, truncated: true });
    data('more');
    expect(answers).toHaveLength(1);
  });

  it('keeps no part of a buffer that the connection uses again', () => {
    const { answers, exchange, controller, respond } = begin();
    respond(200);
    const chunk = Buffer.from('first');
    exchange.onResponseData(controller, chunk);
    chunk.fill('!');
    exchange.onResponseEnd();
    expect(answers[0].body).toBe('first');
  });

  it('keeps nothing that PostgreSQL cannot store', () => {
    const { answers, exchange, respond, data } = begin();
    respond(200, { odd: 'a\0b' });
    data(Buffer.from([0x61, 0x00, 0xff, 0x62]));
    exchange.onResponseEnd();
    expect(answers[0].body).toBe('a\uFFFD\uFFFDb');
    expect(answers[0].headers).toEqual({ odd: 'a\uFFFDb' });
  });

  it('fails by the error when no status has come', () => {
    const { answers, ends, exchange } = begin();
    exchange.onResponseError(undefined, Object.assign(new Error(), { code: 'ECONNREFUSED' }));
    expect(ends).toEqual([false]);
    expect(answers).toEqual([
      expect.objectContaining({ statusCode: null, headers: null, body: null, failure: expect.objectContaining({ outcome: 'CONNECTION_FAILED' }) }),
    ]);
  }); // prettier-ignore

  it.each([[200, null], [500, 'HTTP_ERROR']])('goes by a status of %d when the body breaks off', (status, outcome) => {
    const { answers, ends, exchange, controller, respond, data } = begin();
    respond(status);
    data('half');
    exchange.onResponseError(controller, new Error('reset'));
    expect(ends).toEqual([false]);
    expect(answers[0]).toMatchObject({ statusCode: status, body: 'half', truncated: true });
    expect(answers[0].failure?.outcome ?? null).toBe(outcome);
  }); // prettier-ignore

  it('is a time-out at the deadline when no status has come', () => {
    const { answers, ends, exchange } = begin();
    exchange.expire();
    expect(answers[0].failure).toMatchObject({ outcome: 'TIMEOUT' });
    expect(ends).toEqual([false]);
  });

  it('goes by the status at the deadline when it has come, and cuts the body', () => {
    const { answers, ends, exchange, respond } = begin();
    respond(202);
    exchange.expire();
    expect(answers[0]).toMatchObject({ failure: null, statusCode: 202, truncated: true });
    expect(ends).toEqual([false]);
  });

  it('has no use for a connection that turns into something else', () => {
    const { exchange, abort, controller } = begin();
    exchange.onRequestUpgrade(controller);
    expect(abort).toHaveBeenCalledTimes(1);
  });

  it('settles once, whatever comes after', () => {
    const { answers, exchange, controller, respond } = begin();
    respond(200);
    exchange.onResponseEnd();
    exchange.expire();
    exchange.onResponseError(controller, new Error('late'));
    exchange.onResponseEnd();
    expect(answers).toHaveLength(1);
  });
});
