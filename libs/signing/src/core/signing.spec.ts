import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import {
  checkSignature,
  generateSecret,
  secretHint,
  Signer,
  verify,
  WebhookVerificationError,
} from './index';

const BODY = Buffer.from('{"id":"evt_1","text":"Grüße 👋 مرحبا"}', 'utf8');
const ID = 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22';
const NOW = new Date();
const SECONDS = Math.floor(NOW.getTime() / 1000);
const TYPED = 'my plain secret ✓';
const PLAIN = { requireTimestamp: false };

function signed(secrets: string[], body = BODY, timestamp = SECONDS): Record<string, string> {
  return {
    'webhook-id': ID,
    'webhook-timestamp': String(timestamp),
    ...new Signer(secrets).sign(body, ID, timestamp),
  };
}

describe('Signer', () => {
  it('signs nothing without a secret', () => {
    expect(new Signer([]).sign(BODY, ID, SECONDS)).toEqual({});
  });

  it('puts the lower-case hex HMAC of the exact body, by the secret as typed, into X-Webhook-Signature', () => {
    for (const secret of [TYPED, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) {
      expect(signed([secret])['X-Webhook-Signature']).toBe(
        createHmac('sha256', secret).update(BODY).digest('hex'),
      );
    }
  });

  it('gives the example of the Standard Webhooks specification', () => {
    const body = Buffer.from('{"test": 2432232314}');
    const headers = new Signer(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']).sign(
      body,
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('keys webhook-signature with the bytes of a secret that is typed, not generated', () => {
    const expected = createHmac('sha256', TYPED).update(`${ID}.${SECONDS}.`).update(BODY).digest('base64');
    expect(signed([TYPED])['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('keys it with the bytes also where whsec_ is followed by no base64', () => {
    const secret = 'whsec_not base64!';
    const expected = createHmac('sha256', secret).update(`${ID}.${SECONDS}.`).update(BODY).digest('base64');
    expect(signed([secret])['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('gives one signature for each live secret during a rotation, newest first, and plain ones by the newest two', () => {
    const secrets = [generateSecret(), generateSecret(), generateSecret()];
    const headers = signed(secrets);
    const alone = secrets.map((secret) => signed([secret]));
    expect(headers['webhook-signature'].split(' ')).toEqual(alone.map((each) => each['webhook-signature']));
    expect(headers['X-Webhook-Signature']).toBe(alone[0]['X-Webhook-Signature']);
    expect(headers['X-Webhook-Signature-Previous']).toBe(alone[1]['X-Webhook-Signature']);
    expect(alone[0]).not.toHaveProperty('X-Webhook-Signature-Previous');
  });

  it('is verified by the standardwebhooks package, with any body and each live secret', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const secrets = [generateSecret(), generateSecret()];
        const body = Buffer.from(JSON.stringify(value));
        const headers = signed(secrets, body);
        for (const secret of secrets) {
          expect(new StandardWebhook(secret).verify(body, headers)).toEqual(JSON.parse(body.toString()));
        }
        expect(() => new StandardWebhook(generateSecret()).verify(body, headers)).toThrow(
          'No matching signature',
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('checkSignature', () => {
  const secret = generateSecret();

  it('accepts what was signed, from a string or bytes, with headers of any case and shape', () => {
    const headers = signed([secret]);
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const listed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]),
    );
    const fetched = new Headers(headers);
    for (const each of [headers, upper, listed, fetched]) {
      for (const body of [BODY, BODY.toString('utf8'), new Uint8Array(BODY)]) {
        expect(checkSignature(body, each, secret)).toEqual({ valid: true, scheme: 'webhook-signature' });
      }
    }
  });

  it('accepts any body by any secret (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ minLength: 1, unit: 'binary' }), (bytes, typed) => {
        const body = Buffer.from(bytes);
        expect(checkSignature(body, signed([typed], body), typed).valid).toBe(true);
        const { 'X-Webhook-Signature': plain } = signed([typed], body);
        expect(checkSignature(body, { 'x-webhook-signature': plain }, typed, PLAIN).valid).toBe(true);
      }),
    );
  });

  it('refuses X-Webhook-Signature alone, unless the receiver says that it needs no time', () => {
    const headers = { 'X-Webhook-Signature': signed([TYPED])['X-Webhook-Signature'] };
    for (const options of [{}, { requireTimestamp: true }, { requireTimestamp: undefined }])
      expect(checkSignature(BODY, headers, TYPED, options)).toMatchObject({ reason: 'MISSING_SIGNATURE' });
    expect(checkSignature(BODY, headers, TYPED, PLAIN)).toEqual({
      valid: true,
      scheme: 'X-Webhook-Signature',
    });
  });

  it('refuses a request recorded 300 days ago, whichever of its headers are stripped', () => {
    const recorded = signed([secret], BODY, SECONDS - 300 * 86_400);
    const names = Object.keys(recorded);
    for (let kept = 0; kept < 2 ** names.length; kept++) {
      const stripped = Object.fromEntries(
        Object.entries(recorded).filter(([name]) => kept & (1 << names.indexOf(name))),
      );
      expect(checkSignature(BODY, stripped, secret).valid).toBe(false);
      expect(() => verify(BODY, stripped, secret)).toThrow(WebhookVerificationError);
    }
  });

  it('accepts the plain signature of either secret during a rotation, if the receiver needs no time', () => {
    const [newest, old, older] = [generateSecret(), generateSecret(), generateSecret()];
    const { 'X-Webhook-Signature': plain, 'X-Webhook-Signature-Previous': previous } = signed([
      newest,
      old,
      older,
    ]);
    const headers = { 'x-webhook-signature': plain, 'x-webhook-signature-previous': previous };
    expect([newest, old, older].map((each) => checkSignature(BODY, headers, each, PLAIN).valid)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('accepts the old and the new secret during a rotation, also when the receiver knows both', () => {
    const [newest, old, strange] = [generateSecret(), generateSecret(), generateSecret()];
    const headers = signed([newest, old]);
    expect(checkSignature(BODY, headers, newest).valid).toBe(true);
    expect(checkSignature(BODY, headers, old).valid).toBe(true);
    expect(checkSignature(BODY, headers, [strange, old]).valid).toBe(true);
    expect(checkSignature(BODY, headers, strange).valid).toBe(false);
  });

  const headers = signed([secret]);
  const signature = headers['webhook-signature'];
  const refused: [what: string, reason: string, change: Record<string, string | undefined>, body?: string][] =
    [
      [
        'no signature',
        'MISSING_SIGNATURE',
        { 'webhook-signature': undefined, 'X-Webhook-Signature': undefined },
      ],
      ['a body with one more line break', 'SIGNATURE_MISMATCH', {}, `${BODY.toString()}\n`],
      [
        'a body that was parsed and printed again',
        'SIGNATURE_MISMATCH',
        {},
        JSON.stringify(JSON.parse(BODY.toString()), null, 1),
      ],
      ['another id', 'SIGNATURE_MISMATCH', { 'webhook-id': 'evt_other' }],
      ['another time', 'SIGNATURE_MISMATCH', { 'webhook-timestamp': String(SECONDS + 1) }],
      ['no id', 'MALFORMED_HEADERS', { 'webhook-id': undefined }],
      ['no timestamp', 'MALFORMED_HEADERS', { 'webhook-timestamp': undefined }],
      ['a timestamp that is no number', 'MALFORMED_HEADERS', { 'webhook-timestamp': `${SECONDS}x` }],
      ['a timestamp in milliseconds', 'MALFORMED_HEADERS', { 'webhook-timestamp': `${SECONDS}000` }],
      ['an empty signature', 'MALFORMED_HEADERS', { 'webhook-signature': '' }],
      [
        'another version of the scheme',
        'MALFORMED_HEADERS',
        { 'webhook-signature': signature.replace('v1,', 'v1a,') },
      ],
      ['a cut signature', 'SIGNATURE_MISMATCH', { 'webhook-signature': signature.slice(0, -4) }],
      ['a longer signature', 'SIGNATURE_MISMATCH', { 'webhook-signature': `${signature}A` }],
      [
        'a signature of the right length',
        'SIGNATURE_MISMATCH',
        { 'webhook-signature': `v1,${'A'.repeat(43)}=` },
      ],
      [
        'a wrong webhook-signature beside a right X-Webhook-Signature',
        'SIGNATURE_MISMATCH',
        { 'webhook-signature': `v1,${'A'.repeat(43)}=` },
      ],
      [
        'an X-Webhook-Signature that is no hex',
        'MALFORMED_HEADERS',
        { 'webhook-signature': undefined, 'X-Webhook-Signature': 'abc' },
      ],
      [
        'a wrong X-Webhook-Signature',
        'SIGNATURE_MISMATCH',
        { 'webhook-signature': undefined, 'X-Webhook-Signature': 'a'.repeat(64) },
      ],
    ];
  it.each(refused)('refuses %s: %s', (...[, reason, change, body]) => {
    const changed = { ...headers, ...change };
    const verdict = checkSignature(typeof body === 'string' ? body : BODY, changed, secret, PLAIN);
    expect(verdict).toMatchObject({ valid: false, reason });
    expect(JSON.stringify(verdict)).not.toContain(secret);
  });

  const times: [offset: number, tolerance: number | undefined, valid: boolean][] = [
    [0, undefined, true],
    [-299, undefined, true],
    [299, undefined, true],
    [-301, undefined, false],
    [301, undefined, false],
    [-10, 5, false],
    [-4, 5, true],
    [-100_000, Infinity, true],
    [0, Number.NaN, false],
  ];
  it.each(times)(
    'judges a request signed %s s from now with tolerance %s: %s',
    (offset, toleranceSeconds, valid) => {
      const at = signed([secret], BODY, SECONDS + offset);
      const verdict = checkSignature(BODY, at, secret, {
        now: new Date(SECONDS * 1000),
        ...(toleranceSeconds !== undefined && { toleranceSeconds }),
      });
      expect(verdict.valid).toBe(valid);
      if (!verdict.valid) expect(verdict.reason).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
    },
  );

  it('takes one signature of several', () => {
    const padded = { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}= v1a,xyz ${signature}` };
    expect(checkSignature(BODY, padded, secret).valid).toBe(true);
  });

  it('throws where the receiver has forgotten to set a secret, rather than accept an empty key', () => {
    for (const none of ['', [], ['']])
      expect(() => checkSignature(BODY, signed(['x']), none)).toThrow(TypeError);
  });

  it('throws where it is handed a parsed body, since only the raw one can be verified', () => {
    expect(() => checkSignature({ id: 'evt_1' } as never, headers, secret)).toThrow(/raw body/);
  });

  it('refuses a body with any one byte changed (property)', () => {
    fc.assert(
      fc.property(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(BODY);
        changed[at] ^= change;
        expect(checkSignature(changed, headers, secret).valid).toBe(false);
        const plain = { ...headers, 'webhook-signature': undefined };
        expect(checkSignature(changed, plain, secret, PLAIN).valid).toBe(false);
      }),
    );
  });
});

describe('verify', () => {
  const secret = generateSecret();

  it('gives the payload of a request that can be trusted', () => {
    const payload = verify(BODY, signed([secret]), secret);
    expect(payload).toEqual(JSON.parse(BODY.toString()));
    expect(verify(new Uint8Array(BODY), signed([secret]), secret)).toEqual(payload);
    expect(verify(BODY.toString(), signed([secret]), secret)).toEqual(payload);
  });

  it('throws for any other, so that it cannot be overlooked', () => {
    const attempt = () => verify(BODY, signed([generateSecret()]), secret);
    expect(attempt).toThrow(WebhookVerificationError);
    expect(attempt).toThrow(expect.objectContaining({ reason: 'SIGNATURE_MISMATCH' }));
    expect(() => verify(BODY, signed([secret], BODY, SECONDS - 400), secret)).toThrow(
      expect.objectContaining({ reason: 'TIMESTAMP_OUT_OF_TOLERANCE' }),
    );
    expect(
      verify(BODY, signed([secret], BODY, SECONDS - 400), secret, { toleranceSeconds: 500 }),
    ).toBeDefined();
  });

  it('throws for a signed body that is no JSON', () => {
    const body = Buffer.from('hello');
    expect(() => verify(body, signed([secret], body), secret)).toThrow(
      expect.objectContaining({ reason: 'BODY_NOT_JSON' }),
    );
  });
});

describe('secrets', () => {
  it('are generated as whsec_ and 24 random bytes, never twice the same', () => {
    const secrets = new Set(Array.from({ length: 100 }, generateSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets)
      expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(24);
  });

  it.each([
    ['', '…'],
    ['abc', '…'],
    ['fifteen-charact', '…'],
    ['sixteen-characte', '…acte'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '…LaSw'],
    ['🔑'.repeat(16), '…🔑🔑🔑🔑'],
  ])('of %j only %j may be shown', (secret, hint) => {
    expect(secretHint(secret)).toBe(hint);
  });
});
