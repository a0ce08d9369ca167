import { execFileSync } from 'node:child_process';
import { asCurl } from './as-curl';

/** What a shell makes of the command's words, with `printf` in the place of curl. */
function wordsIn(command: string): string[] {
  const script = command.replace(/^curl /, `printf '%s\\0' `);
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('a request as curl', () => {
  const body = `{"text":"it's $HOME \`id\` $(id)\\n\\"quoted\\"\nsecond line 👋"}`;
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': '12',
    Host: 'x',
    'X-Note': `a'b; rm -rf "$HOME"`,
  };
  const url = `https://crm.example/hook?a=1&b='$(id)'`;

  it('should give the shell the very bytes, and execute nothing in them', () => {
    expect(wordsIn(asCurl(url, headers, body))).toEqual([
      '-i', '-X', 'POST', url, '-H', 'Content-Type: application/json', '-H', `X-Note: a'b; rm -rf "$HOME"`, '--data-binary', body,
    ]); // prettier-ignore
  });

  it('should not send anything in the place of a body that may not be shown', () => {
    const command = asCurl(url, headers, null);
    expect(command).toMatch(/^# The body is not shown/);
    expect(command).not.toContain('--data');
  });
});
