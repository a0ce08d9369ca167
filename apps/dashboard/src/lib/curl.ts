/** One word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Headers that curl makes by itself, or that would contradict the body it sends. */
const LEFT_OUT = /^(host|content-length|connection|transfer-encoding)$/i;

/** A command line that sends the same request again. Values that were masked stay masked. */
export function asCurl(request: {
  url: string;
  headers: Record<string, string>;
  body: string | null;
}): string {
  const headers = Object.entries(request.headers)
    .filter(([name]) => !LEFT_OUT.test(name))
    .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const body = request.body === null ? [] : [`--data-binary ${quote(request.body)}`];
  return [`curl -X POST ${quote(request.url)}`, ...headers, ...body].join(' \\\n  ');
}
