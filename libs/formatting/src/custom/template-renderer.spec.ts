import { sampleCallData } from '../samples';
import type { RenderableEvent } from '../formatters/formatter';
import { TemplateRenderer } from './template-renderer';

const event: RenderableEvent = {
  id: 'evt_1',
  type: 'CALL_COMPLETED',
  occurredAt: new Date('2026-11-23T10:00:00.000Z'),
  data: JSON.stringify(sampleCallData('CALL_COMPLETED')),
  test: false,
};

describe('a custom request', () => {
  const renderer = new TemplateRenderer();
  afterAll(() => renderer.onApplicationShutdown());

  const render = (body: string, headers: Record<string, string> = {}, of = event, key = 'whk_1') =>
    renderer.render(key, { method: 'PUT', body, headers }, of);
  const bodyOf = async (template: string, of = event): Promise<unknown> =>
    JSON.parse((await render(template, {}, of)).body.toString('utf8'));

  it('is rendered over the DEFAULT body', async () => {
    const rendered = await render('{"id": "{{ id }}", "call": {{ data.call.id | json }}}', {
      'X-Call': '{{ data.call.id }}',
      'X-Empty': '{{ data.call.nothing }}',
    });
    expect(rendered.method).toBe('PUT');
    expect(rendered.headers).toEqual({ 'X-Call': 'call_sample_0001' });
    expect(rendered.body.toString()).toBe('{"id": "evt_1", "call": "call_sample_0001"}');
  });

  it('escapes text, so that nothing said in a call breaks the JSON or adds a field', async () => {
    const title = '","isAdmin":true,"x":"\n\u2028 \\ \u{1f600}';
    const data = JSON.stringify({ call: { title } });
    const of = { ...event, data };
    expect(await bodyOf('{"a": "{{ data.call.title }}", "b": {{ data.call.title | json }}}', of)).toEqual({ a: title, b: title });
  }); // prettier-ignore

  it.each([
    ['a missing field as null', '{"a": {{ data.call.nothing.deeper | json }}}', { a: null }],
    ['a missing field in text as nothing', '{"a": "{{ data.call.nothing.deeper }}"}', { a: '' }],
    ['an object as JSON', '{"a": {{ data.agent }}}', { a: { id: 'agt_9', name: 'Nora' } }],
    ['“now” as the time of the event', '{"a": "{{ "now" | date: "%Y-%m-%dT%H:%M:%S" }}"}', { a: '2026-11-23T10:00:00' }],
    ['times in UTC', '{"a": "{{ data.call.startedAt | date: "%s" }}000"}', { a: '1795427900000' }],
    ['nothing of prototypes', '{"a": {{ data.constructor | json }}, "b": {{ data.call.title.constructor | json }}}', { a: null, b: null }],
  ])('gives %s', async (_, template, expected) => expect(await bodyOf(template)).toEqual(expected)); // prettier-ignore

  it('gives the same bytes each time', async () => {
    const template =
      '{"a": {{ data.transcript.messages | map: "text" | json }}, "t": "{{ "today" | date }}"}';
    const [one, two] = [await render(template), await render(template, {}, event, 'whk_2')];
    expect(one.body.equals(two.body)).toBe(true);
  });

  it.each([
    ['is not JSON', '{"a": }', 'request.body', /valid JSON/],
    ['is not a template', '{"a": "{{ id "}', 'request.body', /not closed/],
    ['has an unknown filter', '{"a": "{{ id | evil }}"}', 'request.body', /undefined filter: evil/],
    ['has a filter that is never the same', '{{ data.tasks | sample | json }}', 'request.body', /undefined filter: sample/],
    ['reads a file', '{% include "/etc/passwd" %}', 'request.body', /tag "include" not found/],
    ['reads another template', '{% render "x" %}', 'request.body', /tag "render" not found/],
  ])('fails when it %s', async (_, template, path, message) => {
    await expect(render(template)).rejects.toMatchObject({ path, message: expect.stringMatching(message), isLimit: false });
  }); // prettier-ignore

  it('fails when a header is more than one line', async () => {
    await expect(render('{}', { 'X-A': 'a\nX-Evil: {{ id }}' })).rejects.toMatchObject({
      path: 'request.headers.X-A',
    });
  });

  it.each([
    ['loops', '{% for i in (1..100000) %}{% for j in (1..100000) %}{% assign x = j %}{% endfor %}{% endfor %}{}'],
    ['doubles a text again and again', `{% assign x = "aaaaaaaaaaaaaaaa" %}${'{% assign x = x | append: x %}'.repeat(40)}{}`],
    ['never ends a single filter', '{% assign x = (1..3000000) | sort_natural %}{% assign x = x | sort_natural %}{}'],
    ['pads a date to gigabytes', '{{ "now" | date: "%999999999d" }}'],
  ])('that %s fails alone, and blocks nobody', async (_, template) => {
    let longest = 0;
    let last = performance.now();
    const clock = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const attack = render(template, {}, event, 'whk_attack').then(() => null, (error: Error) => error);
    expect((await render('{"a": 1}', {}, event, 'whk_other')).body.toString()).toBe('{"a": 1}');
    expect(await attack).toMatchObject({ path: 'request.body', isLimit: true });
    clearInterval(clock);
    // The timers of this thread kept running: the attack never had it. The margin is for a machine that is busy.
    expect(longest).toBeLessThan(1_000);
    expect(await bodyOf('{"a": 2}')).toEqual({ a: 2 });
  }); // prettier-ignore
});
