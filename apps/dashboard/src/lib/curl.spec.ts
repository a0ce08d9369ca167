import { execFileSync } from 'node:child_process';
import { asCurl } from './curl';

describe('a request as a curl command', () => {
  it('hands on to a shell exactly the URL, headers and body, whatever they hold', () => {
    const request = {
      url: `https://example.com/hook?a=1&b='x'`,
      headers: { 'Content-Type': 'application/json', Host: 'example.com', 'X-Quote': `it's "$HOME"` },
      body: `{"text":"it's \`a\` $1 \\\\ \\"ok\\"\\n"}`,
    };
    const printed = execFileSync('sh', ['-c', asCurl(request).replace(/^curl/, `printf '%s\\0'`)]).toString(
      'utf8',
    );
    expect(printed.split('\0').slice(0, -1)).toEqual([
      '-X', 'POST', request.url,
      '-H', 'Content-Type: application/json',
      '-H', `X-Quote: it's "$HOME"`,
      '--data-binary', request.body,
    ]); // prettier-ignore
  });

  it('sends no body where none is kept', () => {
    expect(asCurl({ url: 'https://example.com', headers: {}, body: null })).toBe(
      `curl -X POST 'https://example.com'`,
    );
  });
});
