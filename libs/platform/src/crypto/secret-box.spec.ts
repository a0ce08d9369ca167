import type { Config } from '../config/config';
import { SecretBox } from './secret-box';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const boxOf = (current: number, ...previous: number[]) =>
  new SecretBox({ ENCRYPTION_KEY: key(current), PREVIOUS_ENCRYPTION_KEYS: previous.map(key) } as Config);

describe('the secret box', () => {
  const box = boxOf(1);

  it.each(['', 'secret', 'se¢ret 🔑', 'x'.repeat(100_000), 'a\0b'])('opens what it sealed', (text) => {
    expect(box.open(box.seal(text))).toBe(text);
  });

  it('seals the same text differently each time, and shows nothing of it', () => {
    const secret = 'whsec_a-secret-of-a-customer';
    const sealed = [box.seal(secret), box.seal(secret)] as const;
    expect(sealed[0]).not.toBe(sealed[1]);
    expect(sealed[0]).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(sealed[0]).not.toContain(secret);
    const bytes = Buffer.from(sealed[0].split('.')[2], 'base64url');
    expect(bytes.includes('secret')).toBe(false);
  });

  it('opens what was sealed with a key before, and tells that it is not current', () => {
    const old = boxOf(1).seal('secret');
    const rotated = boxOf(2, 1);
    expect(rotated.open(old)).toBe('secret');
    expect(rotated.isCurrent(old)).toBe(false);
    expect(rotated.isCurrent(rotated.seal('secret'))).toBe(true);
  });

  it.each<[string, (sealed: string) => string]>([
    ['sealed with another key', () => boxOf(9).seal('secret')],
    ['of another version', (sealed) => sealed.replace('v1', 'v2')],
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
      box.open(change(box.seal('secret')));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('secret');
  });

  it('takes no short tag, which could be guessed', () => {
    // An empty text with the first 4 bytes of its right tag: GCM itself would take that.
    const sealed = box.seal('');
    expect(() => box.open(cut(sealed, 16))).toThrow();
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
