import fc from 'fast-check';
import type { KnownBlock } from '@slack/types';
import type { APIEmbed, RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import { callFixtures } from '../../../../test/fixtures/calls';
import { EVENT_TYPES, type EventType } from '../event-types';
import { parseCallData } from '../parse-call-data';
import { anyRecord, ID, MINIMAL } from '../testing/records';
import { discordFormatter, DISCORD_LIMITS } from './discord';
import { emailFormatter, type EmailContent } from './email';
import type { Formatter } from './formatter';
import { slackFormatter, SLACK_LIMITS } from './slack';
import { teamsFormatter, TEAMS_MAX_BYTES, type TeamsMessage } from './teams';

interface SlackBody {
  text: string;
  blocks: KnownBlock[];
}

const FORMATTERS = [slackFormatter, discordFormatter, teamsFormatter, emailFormatter] as const;

function render<Body>(
  formatter: Formatter,
  data: unknown,
  type: EventType = 'CALL_COMPLETED',
  test = false,
): Body {
  const parsed = parseCallData(data);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const occurredAt = new Date('2026-11-23T10:00:00.000Z');
  const body = formatter.render({ id: ID, type, occurredAt, data: parsed.json, test });
  return JSON.parse(body.toString('utf8')) as Body;
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

/** Every text of a call that a caller or an agent can influence. */
function hostile(text: string) {
  const name = text.slice(0, 2_000);
  return {
    ...MINIMAL,
    call: { ...MINIMAL.call, title: text, endReason: text, durationSeconds: 61 },
    agent: { id: 'agt_1', name: text },
    summaries: { short: text, full: text },
    transcript: { text, messages: [] },
    evaluationResults: [{ name, result: false, rationale: text }],
    tasks: [{ title: text, assignee: text, dueAt: '2026-11-24T17:00:00Z' }],
    recording: { url: 'https://recordings.example.com/a?x=1&y=(2)|3' },
  };
}

function expectSlackLimits({ text, blocks }: SlackBody): void {
  expect(text.length).toBeLessThanOrEqual(SLACK_LIMITS.text);
  expect(blocks.length).toBeLessThanOrEqual(SLACK_LIMITS.blocks);
  for (const block of blocks) {
    if (block.type === 'header') {
      expect(block.text.text.length).toBeLessThanOrEqual(SLACK_LIMITS.header);
    } else if (block.type === 'section') {
      expect(block.text?.text.length ?? 1).toBeLessThanOrEqual(SLACK_LIMITS.section);
      expect(block.text?.text.length ?? 1).toBeGreaterThan(0);
      expect(block.fields?.length ?? 0).toBeLessThanOrEqual(SLACK_LIMITS.fields);
      for (const field of block.fields ?? [])
        expect(field.text.length).toBeLessThanOrEqual(SLACK_LIMITS.field);
    } else throw new Error(`Unexpected block ${block.type}`);
  }
}

function expectDiscordLimits(body: RESTPostAPIWebhookWithTokenJSONBody): void {
  expect(body.content!.length).toBeLessThanOrEqual(DISCORD_LIMITS.content);
  expect(body.embeds!.length).toBeLessThanOrEqual(DISCORD_LIMITS.embeds);
  expect(body.allowed_mentions).toEqual({ parse: [] });
  const total = (body.embeds as APIEmbed[]).reduce((sum, { title = '', description = '', fields = [] }) => {
    expect(title.length).toBeLessThanOrEqual(DISCORD_LIMITS.title);
    expect(description.length).toBeLessThanOrEqual(DISCORD_LIMITS.description);
    expect(fields.length).toBeLessThanOrEqual(DISCORD_LIMITS.fields);
    for (const { name, value } of fields) {
      expect(name.length).toBeLessThanOrEqual(DISCORD_LIMITS.fieldName);
      expect(value.length).toBeLessThanOrEqual(DISCORD_LIMITS.fieldValue);
      expect(value.length).toBeGreaterThan(0);
    }
    return sum + title.length + description.length + strings(fields).join('').length;
  }, 0);
  expect(total).toBeLessThanOrEqual(DISCORD_LIMITS.total);
}

function expectLimits(data: unknown, type: EventType): void {
  expectSlackLimits(render<SlackBody>(slackFormatter, data, type));
  expectDiscordLimits(render<RESTPostAPIWebhookWithTokenJSONBody>(discordFormatter, data, type));
  const card = render<TeamsMessage>(teamsFormatter, data, type);
  expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(TEAMS_MAX_BYTES);
  const email = render<EmailContent>(emailFormatter, data, type);
  // eslint-disable-next-line no-control-regex
  expect(email.subject).toMatch(/^[^\u0000-\u001f\u007f]{1,200}$/);
}

const NO_LONE_SURROGATE = /^(?:[^\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])*$/;

describe.each(FORMATTERS.map((formatter) => [formatter.name, formatter] as const))('a %s message', (_, formatter) => {
  it.each(callFixtures().map((call) => [call.name, call] as const))('of the call %s is the same as ever', (_name, { type, data }) => {
    expect(render(formatter, data, type)).toMatchSnapshot();
  });

  it('of a test says so', () => {
    expect(JSON.stringify(render(formatter, MINIMAL, 'CALL_FAILED', true))).toContain('Test: ');
  });

  it('links to the recording, and nowhere else', () => {
    const body = strings(render(formatter, hostile('see https://phishing.example.com')));
    const links = body.flatMap((text) => [
      ...[...text.matchAll(/<(http[^|>]+)\|/g), ...text.matchAll(/\]\((http[^)]+)\)/g), ...text.matchAll(/href="([^"]+)"/g)].map(([, url]) => url),
      ...(/^https:\S+$/.test(text) && !text.includes('adaptivecards.io') ? [text] : []),
    ]);
    expect(links).toHaveLength(1);
    expect(links[0]).toContain('https://recordings.example.com/a');
  });

  it('cuts long texts between characters', () => {
    const family = '👨‍👩‍👧‍👦';
    for (const text of strings(render(formatter, hostile(`a${family.repeat(5_000)}`)))) {
      expect(text).toMatch(NO_LONE_SURROGATE);
      const visible = text.match(/[^…]*(?=…)/)?.[0] ?? '';
      // A family that was cut would end with a joiner, or with fewer than four members.
      expect(visible.split(family).at(-1)).not.toMatch(/[👨👩👧👦]/u);
    }
  });
}); // prettier-ignore

describe('the limits of the platforms', () => {
  it('are kept for every fixture call', () => {
    for (const { type, data } of callFixtures()) expectLimits(data, type);
  });

  it('are kept whatever is in a call (property)', () => {
    fc.assert(
      fc.property(anyRecord(), fc.constantFrom(...EVENT_TYPES), (record, type) => expectLimits(record, type)),
    );
  });

  it.each(['&<>'.repeat(3_000), '*_~`'.repeat(3_000), '漢'.repeat(9_000), 'e' + '\u0301'.repeat(9_000), 'x'.repeat(20_000)])(
    'are kept for texts that grow when they are escaped (%#)',
    (text) => {
      const data = hostile(text);
      data.evaluationResults = Array.from({ length: 1_000 }, () => data.evaluationResults[0]);
      data.tasks = Array.from({ length: 100 }, () => data.tasks[0]);
      expectLimits(data, 'CALL_COMPLETED');
    },
  ); // prettier-ignore
});

describe('what was said in a call', () => {
  const ATTACK = '<!channel> <!here|x> <@U123> <@&456> <#C1> <at>Everyone</at> @everyone @here & <b>[x](https://evil.example)';

  it('pings nobody in Slack', () => {
    for (const text of strings(render(slackFormatter, hostile(ATTACK)))) {
      expect(text).not.toMatch(/<[!@#]/);
      expect(text).not.toMatch(/@(everyone|here|channel)/);
      expect(text.replace(/<https:\/\/recordings[^>]+>/, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    }
  });

  it('is never searched for mentions by Slack', () => {
    const { blocks } = render<SlackBody>(slackFormatter, hostile(ATTACK));
    const markdown = blocks.flatMap((block) =>
      block.type === 'section' ? [block.text, ...(block.fields ?? [])].filter((text) => text?.type === 'mrkdwn') : [],
    );
    expect(markdown.length).toBeGreaterThan(3);
    expect(markdown.every((text) => text?.type === 'mrkdwn' && text.verbatim === true)).toBe(true);
  }); // prettier-ignore

  it('pings nobody in Discord, and looks like nobody', () => {
    for (const text of strings(render(discordFormatter, hostile(ATTACK)))) {
      expect(text).not.toMatch(/(?<!\\)<[@#&/!]/);
      expect(text).not.toMatch(/@(everyone|here)/);
    }
  });

  it('holds no mention for Teams', () => {
    const body = render<TeamsMessage>(teamsFormatter, hostile(ATTACK));
    expect(JSON.stringify(body)).not.toMatch(/<\/?at|entities/);
  });

  it('holds no HTML in an email, and no second header in its subject', () => {
    const email = render<EmailContent>(emailFormatter, hostile(`x\r\nBcc: evil@example.com\u2028${ATTACK}<script>`));
    expect(email.html).not.toMatch(/<(script|b|at|!)|<@/);
    expect(email.subject).not.toMatch(/[\r\n\u2028]/);
  });
}); // prettier-ignore
