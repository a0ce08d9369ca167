import { createHash, createHmac } from 'node:crypto';
import { diagnose } from './diagnose';
import { generateSecret, standardKey } from './hmac';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLSw=';
const value = {
  id: 'evt_1',
  type: 'CALL_COMPLETED',
  data: { url: 'https://example.com/a?b=1&c=<2>', text: 'Zoë — 日本', list: [1, 2.5, null, true] },
};
const raw = JSON.stringify(value);
const hex = (body: string | Buffer, key: string | Buffer = secret): string =>
  createHmac('sha256', key).update(body).digest('hex');
const python = (text: string): string =>
  text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const PYTHON_DUMPS = python(
  '{"id": "evt_1", "type": "CALL_COMPLETED", "data": {"url": "https://example.com/a?b=1&c=<2>", "text": "Zoë — 日本", "list": [1, 2.5, null, true]}}',
);

describe('the signature checker', () => {
  it.each([
    ['as sent', hex(raw)],
    ['in capitals', hex(raw).toUpperCase()],
    ['with a prefix', `sha256=${hex(raw)}`],
    ['with white space around', `  ${hex(raw)}\n`],
  ])('accepts the right signature %s', async (_how, signature) => {
    expect(await diagnose({ body: raw, signature, secret })).toMatchObject({ matches: true });
  });

  it.each([
    ['indented', JSON.stringify(value, null, 2), hex(raw), secret, /parsed and written again/],
    ["Python's json.dumps, signed by the receiver", raw, hex(PYTHON_DUMPS), secret, /json\.dumps/],
    [
      "PHP's json_encode, signed by the receiver",
      raw,
      hex(python(raw.replaceAll('/', '\\/'))),
      secret,
      /json_encode/,
    ],
    [
      "Go's json.Marshal, signed by the receiver",
      raw,
      hex(raw.replace('&', '\\u0026').replace('<', '\\u003c').replace('>', '\\u003e')),
      secret,
      /json\.Marshal/,
    ],
    ['trailing line break', `${raw}\n`, hex(raw), secret, /line break too many/],
    ['line break signed by the receiver', raw, hex(`${raw}\n`), secret, /line break missing/],
    ['byte order mark', `\uFEFF${raw}`, hex(raw), secret, /byte order mark/],
    ['secret with white space', raw, hex(raw), ` ${secret} `, /white space around the secret/],
    ['secret in quotation marks', raw, hex(raw), `"${secret}"`, /quotation marks/],
    ['secret without prefix', raw, hex(raw), secret.slice(6), /missing its whsec_/],
    ['both body and secret', `${raw}\n`, hex(raw), `${secret} `, /line break too many.*around the secret/],
    ['decoded secret', raw, hex(raw, Buffer.from(secret.slice(6), 'base64')), secret, /decoded secret/],
    ['base64', raw, createHmac('sha256', secret).update(raw).digest('base64'), secret, /base64/],
    ['SHA-1', raw, createHmac('sha1', secret).update(raw).digest('hex'), secret, /SHA1/],
    [
      'no HMAC',
      raw,
      createHash('sha256')
        .update(secret + raw)
        .digest('hex'),
      secret,
      /not an HMAC/,
    ],
    ['changed places', raw, hex(secret, raw), secret, /changed places/],
    ['cut short', raw, hex(raw).slice(0, 40), secret, /40 characters/],
    ['no hex', raw, 'hello there', secret, /not a signature/],
  ])('proves the mistake: %s', async (_name, body, signature, typed, title) => {
    const verdict = await diagnose({ body, signature, secret: typed });
    expect(verdict).toMatchObject({ matches: false, certain: true, title: expect.stringMatching(title) });
  });

  it.each([
    ['another secret', raw, 'no other', /secret is another one/],
    ['half a body', raw.slice(0, 30), secret, /not complete/],
    ['lost characters', raw.replace('ë', '\uFFFD'), secret, /character set/],
  ])('guesses, and says that it does: %s', async (_name, body, typed, title) => {
    const verdict = await diagnose({ body, signature: hex(raw), secret: typed });
    expect(verdict).toMatchObject({ matches: false, certain: false, title: expect.stringMatching(title) });
  });

  it('does not accept a changed body', async () => {
    expect(await diagnose({ body: raw.replace('2.5', '2.6'), signature: hex(raw), secret })).toMatchObject({
      matches: false,
    });
  });

  describe('with a Standard Webhooks signature', () => {
    const id = 'evt_1';
    const sign = (timestamp: string, body = raw): string =>
      `v1,${createHmac('sha256', standardKey(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;

    it('accepts the right one among several, as during a rotation', async () => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = `v1,AAAA ${sign(timestamp)}`;
      expect(await diagnose({ body: raw, signature, secret, id, timestamp })).toMatchObject({
        matches: true,
        title: 'The signature matches',
      });
    });

    it('asks for the two headers that it covers', async () => {
      expect(await diagnose({ body: raw, signature: sign('1'), secret })).toMatchObject({
        matches: false,
        title: expect.stringMatching(/Two more headers/),
      });
    });

    it('says when the request is too old', async () => {
      expect(
        await diagnose({ body: raw, signature: sign('1700000000'), secret, id, timestamp: '1700000000' }),
      ).toMatchObject({
        matches: true,
        title: expect.stringMatching(/old/),
      });
    });

    it('finds a re-serialised body', async () => {
      const body = JSON.stringify(value, null, 2);
      expect(
        await diagnose({ body, signature: sign('1700000000'), secret, id, timestamp: '1700000000' }),
      ).toMatchObject({
        matches: false,
        title: expect.stringMatching(/parsed and written again/),
      });
    });
  });
});

describe('a generated secret', () => {
  it('has 24 random bytes and is never the same', () => {
    expect(standardKey(generateSecret())).toHaveLength(24);
    expect(generateSecret()).not.toBe(generateSecret());
  });
});
