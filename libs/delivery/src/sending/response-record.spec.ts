import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'iconv-lite';
import { recordBody, recordHeaders } from './response-record';

const record = (bytes: Buffer | string, headers: Record<string, string> = {}, isComplete = true) =>
  recordBody({ bytes: Buffer.from(bytes as string), isComplete }, headers);

const GERMAN = '{"fehler": "Ungültige Größe"}';
const LATIN1 = encode(GERMAN, 'latin1');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const LONG = 'x'.repeat(200_000);

describe('a recorded body', () => {
  it.each<[string, Buffer | string, Record<string, string>, string]>([
    ['UTF-8', 'Größe ✓', {}, 'Größe ✓'],
    ['nothing', '', {}, ''],
    ['Latin-1, declared', LATIN1, { 'content-type': 'application/json; charset=ISO-8859-1' }, GERMAN],
    ['Latin-1, not declared', LATIN1, { 'content-type': 'application/json' }, GERMAN],
    ['Latin-1 without a type', LATIN1, {}, GERMAN],
    ['Latin-1 declared as UTF-8', LATIN1, { 'content-type': 'text/html; charset=utf-8' }, GERMAN],
    ['windows-1252', encode('“ja” – €', 'windows-1252'), { 'content-type': 'text/plain' }, '“ja” – €'],
    ['Shift_JIS', encode('日本語', 'shift_jis'), { 'content-type': 'text/plain; charset="Shift_JIS"' }, '日本語'],
    ['UTF-16 with a mark', Buffer.concat([Buffer.of(0xff, 0xfe), encode('ok ✓', 'utf-16le')]), {}, 'ok ✓'],
    ['an unknown charset', 'plain', { 'content-type': 'text/plain; charset=klingon' }, 'plain'],
    ['gzip', gzipSync(GERMAN), { 'content-encoding': 'gzip' }, GERMAN],
    ['gzip of Latin-1', gzipSync(LATIN1), { 'content-encoding': 'x-gzip', 'content-type': 'text/plain; charset=latin1' }, GERMAN],
    ['brotli', brotliCompressSync(GERMAN), { 'content-encoding': 'br' }, GERMAN],
    ['deflate with a header', deflateSync(GERMAN), { 'content-encoding': 'deflate' }, GERMAN],
    ['deflate without a header', deflateRawSync(GERMAN), { 'content-encoding': 'deflate' }, GERMAN],
    ['identity', GERMAN, { 'content-encoding': 'identity' }, GERMAN],
  ])('of %s is readable', async (_, bytes, headers, text) => {
    expect(await record(bytes, headers)).toEqual({ text, isTruncated: false });
  }); // prettier-ignore

  it.each<[string, Buffer, Record<string, string>, string]>([
    ['an image', PNG, { 'content-type': 'image/png' }, '[binary, 16 bytes, image/png]'],
    ['an image that claims to be text', PNG, { 'content-type': 'text/html' }, '[binary, 16 bytes, text/html]'],
    ['bytes without a type', Buffer.of(0x61, 0, 0xff, 0x62), {}, '[binary, 4 bytes]'],
    ['a large file', Buffer.concat([PNG, Buffer.alloc(1_218)]), { 'content-type': 'application/zip; x=1' }, '[binary, 1,234 bytes, application/zip]'],
    ['compressed binary', gzipSync(PNG), { 'content-encoding': 'gzip', 'content-type': 'image/png' }, `[binary, ${gzipSync(PNG).length} bytes, image/png]`],
    ['an unknown compression', Buffer.from('KLUv/QRYKQAAb2sK', 'base64'), { 'content-encoding': 'zstd' }, '[binary, 12 bytes, zstd]'],
    ['what is not gzip', Buffer.from('no gzip'), { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, '[binary, 7 bytes, text/plain, gzip]'],
  ])('of %s is described', async (_, bytes, headers, text) => {
    expect(await record(bytes, headers)).toEqual({ text, isTruncated: true });
  }); // prettier-ignore

  it('of a file that was not read to its end has the size that the server named, or the one that was read', async () => {
    const headers = { 'content-type': 'image/png', 'content-length': '5242880' };
    expect(await record(PNG, headers, false)).toMatchObject({ text: '[binary, 5,242,880 bytes, image/png]' });
    expect(await record(PNG, {}, false)).toMatchObject({ text: '[binary, over 16 bytes]' });
  });

  it.each([
    ['an emoji', '😀'],
    ['an umlaut', 'ü'],
    ['a kanji', '語'],
  ])('is cut before %s that would cross the limit', async (_, character) => {
    for (let fill = 4_096 - 5; fill <= 4_096; fill += 1) {
      const { text, isTruncated } = await record(`${'x'.repeat(fill)}${character.repeat(3)}`);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
      expect(text).toMatch(new RegExp(`^x{${fill}}(${character})*$`, 'u'));
      expect(isTruncated).toBe(true);
    }
  });

  it('that was cut in the middle of a character is UTF-8 up to there', async () => {
    const bytes = Buffer.from('ok 😀');
    for (let cut = 4; cut < bytes.length; cut += 1)
      expect(await record(bytes.subarray(0, cut), {}, false)).toEqual({ text: 'ok ', isTruncated: true });
  });

  it('is decompressed as far as it is kept, and no further', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 'x'));
    const { text, isTruncated } = await record(bomb.subarray(0, 16 * 1024), { 'content-encoding': 'gzip' }, false);
    expect(text).toBe('x'.repeat(4_096));
    expect(isTruncated).toBe(true);
  }); // prettier-ignore

  it.each(['gzip', 'br'])('that was cut within %s is readable up to there', async (coding) => {
    const whole = Buffer.from(Array.from({ length: 3_000 }, (_, i) => `line ${i * i}\n`).join(''));
    const bytes = coding === 'gzip' ? gzipSync(whole) : brotliCompressSync(whole);
    const { text, isTruncated } = await record(bytes.subarray(0, bytes.length >> 1), { 'content-encoding': coding }, false);
    expect(text.length).toBeGreaterThan(1_000);
    expect(whole.toString().startsWith(text)).toBe(true);
    expect(isTruncated).toBe(true);
  }); // prettier-ignore

  it('is not longer than 4 KiB of UTF-8, whatever its charset', async () => {
    const { text } = await record(encode('ü'.repeat(10_000), 'latin1'), { 'content-type': 'text/plain' });
    expect(text).toBe('ü'.repeat(2_048));
  });
});

describe('recorded headers', () => {
  it('are readable where they are UTF-8 or Latin-1, and hold no control characters', () => {
    const utf8 = Buffer.from('Grüße ✓').toString('latin1');
    expect(recordHeaders({ a: utf8, b: 'Grüße', c: 'x\0y\x1b[31m' })).toEqual({
      a: 'Grüße ✓', b: 'Grüße', c: 'x\uFFFDy\uFFFD[31m',
    });
  }); // prettier-ignore

  it('are kept up to a limit', () => {
    const headers = recordHeaders(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`x-${i}`, LONG])));
    expect(JSON.stringify(headers).length).toBeLessThan(25_000);
    expect(headers['x-0']).toBe(`${'x'.repeat(4_096)}…`);
  });
});
