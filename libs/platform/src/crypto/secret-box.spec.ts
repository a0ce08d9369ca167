import type { Config } from '../config/config';
import { SecretBox, type SealedPlace } from './secret-box';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const boxOf = (current: number, ...previous: number[]) =>
  new SecretBox({ ENCRYPTION_KEY: key(current), PREVIOUS_ENCRYPTION_KEYS: previous.map(key) } as Config);
const PLACE: SealedPlace = { table: 'webhooks', column: 'sealed_headers', key: ['row 1'] };
/** "secret", sealed with key 1 by the version that bound nothing. */
const UNBOUND = 'v1.72cd6e84.AwMDAwMDAwMDAwMDy74YZAmRGrVkfPIPxH0f1osEd-ia8A';

describe('the secret box', () => {
  const box = boxOf(1);

  it.each(['', 'secret', 'se¢ret 🔑', 'x'.repeat(100_000), 'a\0b'])('opens what it sealed', (text) => {
    expect(box.open(box.seal(text, PLACE), PLACE)).toBe(text);
  });

  it('seals the same text differently each time, and shows nothing of it', () => {
    const secret = 'whsec_a-secret-of-a-customer';
    const sealed = [box.seal(secret, PLACE), box.seal(secret, PLACE)] as const;
    expect(sealed[0]).not.toBe(sealed[1]);
    expect(sealed[0]).toMatch(/^v2\.[0-9a-f]{8}\.[\w-]+$/);
    expect(sealed[0]).not.toContain(secret);
    const bytes = Buffer.from(sealed[0].split('.')[2], 'base64url');
    expect(bytes.includes('secret')).toBe(false);
  });

  it.each<[string, SealedPlace]>([
    ['another row', { ...PLACE, key: ['row 2'] }],
    ['another column', { ...PLACE, column: 'sealed_secrets' }],
    ['another table', { ...PLACE, table: 'staff_users' }],
    ['a longer key', { ...PLACE, key: ['row 1', ''] }],
    [
      'a place whose parts only concatenate to the same text',
      { ...PLACE, column: 'sealed_headersrow', key: [' 1'] },
    ],
  ])('does not open a text that was copied to %s', (_, place) => {
    const sealed = box.seal('secret', PLACE);
    expect(() => box.open(sealed, place)).toThrow();
  });

  it('opens a text of the old format only while it is told to', () => {
    const old = boxOf(1);
    expect(() => old.open(UNBOUND, PLACE)).toThrow(/format v1 is not accepted/);
    old.acceptUnbound(true);
    expect(old.open(UNBOUND, PLACE)).toBe('secret');
    expect(old.isCurrent(UNBOUND)).toBe(false);
    old.acceptUnbound(false);
    expect(() => old.open(UNBOUND, PLACE)).toThrow(/format v1 is not accepted/);
  });

  it('does not open a text of the new format that calls itself one of the old, nor the other way round', () => {
    const lenient = boxOf(1);
    lenient.acceptUnbound(true);
    expect(() => lenient.open(box.seal('secret', PLACE).replace('v2', 'v1'), PLACE)).toThrow();
    expect(() => lenient.open(UNBOUND.replace('v1', 'v2'), PLACE)).toThrow();
  });

  it('opens what was sealed with a key before, and tells that it is not current', () => {
    const old = boxOf(1).seal('secret', PLACE);
    const rotated = boxOf(2, 1);
    expect(rotated.open(old, PLACE)).toBe('secret');
    expect(rotated.isCurrent(old)).toBe(false);
    expect(rotated.isCurrent(rotated.seal('secret', PLACE))).toBe(true);
  });

  it.each<[string, (sealed: string) => string]>([
    ['sealed with another key', () => boxOf(9).seal('secret', PLACE)],
    ['of another version', (sealed) => sealed.replace('v2', 'v3')],
    ['changed in one bit of the text', (sealed) => flip(sealed, -1)],
    ['changed in the nonce', (sealed) => flip(sealed, 0)],
    ['changed in the tag', (sealed) => flip(sealed, 12)],
    ['cut to the nonce and a part of the tag', (sealed) => cut(sealed, 16)],
    ['cut in the text', (sealed) => cut(sealed, 30)],
    ['empty', () => ''],
    ['plain', () => 'secret'],
  ])('does not open what is %s, and says nothing of the content', (_, change) => {
    let message = '';
    try {
      box.open(change(box.seal('secret', PLACE)), PLACE);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('secret');
  });

  it('takes no short tag, which could be guessed', () => {
    // An empty text with the first 4 bytes of its right tag: GCM itself would take that.
    const sealed = box.seal('', PLACE);
    expect(() => box.open(cut(sealed, 16), PLACE)).toThrow();
  });
});

function repack(sealed: string, change: (bytes: Buffer) => Buffer): string {
  const [version, id, packed] = sealed.split('.') as [string, string, string];
  return `${version}.${id}.${change(Buffer.from(packed, 'base64url')).toString('base64url')}`;
}

function flip(sealed: string, at: number): string {
  return repack(sealed, (bytes) => {
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    return bytes;
  });
}

const cut = (sealed: string, bytes: number) => repack(sealed, (all) => all.subarray(0, bytes));
