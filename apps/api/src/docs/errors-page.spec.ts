import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, PROBLEMS } from '@app/platform';

const page = readFileSync(join(__dirname, '../../../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('lists every kind of problem, with its status and title, and no other', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| .+ \|$/gm)];
    const told = rows.map(([, code, status, title]) => [code, Number(status), title]);
    expect(told).toEqual(Object.entries(PROBLEMS).map(([code, [status, title]]) => [code, status, title]));
  });

  it('shows a problem as it is answered', () => {
    const shown = JSON.parse(/```json\n([^`]+)```/.exec(page)![1]) as Record<string, unknown>;
    const { errors } = shown as { errors: { path: string; message: string }[] };
    expect(shown).toEqual({
      ...Problem.invalid(errors).toJSON(),
      instance: '/v1/webhooks',
      requestId: expect.any(String),
    });
  });
});
