/**
 * An array parameter in PostgreSQL's text form, for values that need no quoting: ids, numbers, our own constants.
 * The driver's own way escapes each value, which costs more than the insert.
 */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

const TEXT_OID = 25;

/**
 * A `text[]` parameter in PostgreSQL's binary form (array_recv: dimensions, flags, element type, length, lower bound,
 * then each element with its length, -1 for a null): nothing is escaped on our side and nothing parsed on the other.
 * The texts must hold no NUL.
 */
export function textArray(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? -1 : Buffer.byteLength(text)));
  const bytes = Buffer.allocUnsafe(20 + lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), 0));
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(texts.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(TEXT_OID, 8);
  bytes.writeInt32BE(texts.length, 12);
  bytes.writeInt32BE(1, 16);
  let offset = 20;
  for (let i = 0; i < texts.length; i += 1) {
    offset = bytes.writeInt32BE(lengths[i], offset);
    const text = texts[i];
    if (text !== null && text !== undefined) offset += bytes.write(text, offset, 'utf8');
  }
  return bytes;
}
