/** Headers that curl makes itself, or that make no sense by hand. */
const LEFT_OUT = new Set(['content-length', 'host', 'connection', 'transfer-encoding']);

/**
 * A request as a command for a shell, quoted so that nothing in it is executed.
 * @param body null when it may not be shown or is gone: the command then says so instead of sending something else.
 */
export function asCurl(url: string, headers: Record<string, string>, body: string | null): string {
  const lines = [`curl -i -X POST ${quote(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!LEFT_OUT.has(name.toLowerCase())) lines.push(`  -H ${quote(`${name}: ${value}`)}`);
  }
  if (body === null) return `# The body is not shown here, so this sends none.\n${lines.join(' \\\n')}`;
  // --data-binary, because --data drops line breaks and the signature would not fit any more; a leading @ would name a file.
  lines.push(`  --data-binary ${quote(body)}`);
  return lines.join(' \\\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
