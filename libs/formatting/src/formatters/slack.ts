import type { KnownBlock, MrkdwnElement } from '@slack/types';
import { callMessage } from '../messages/call-message';
import { withoutMentions } from '../messages/mentions';
import { truncate } from '../messages/truncate';
import type { Formatter } from './formatter';

/** Block Kit: https://docs.slack.dev/reference/block-kit/blocks, in characters of the escaped text. */
export const SLACK_LIMITS = {
  blocks: 50,
  header: 150,
  section: 3_000,
  field: 2_000,
  fields: 10,
  text: 4_000,
} as const;

/** An incoming webhook message of Slack: `{text, blocks}`; `text` is what notifications show. */
export const slackFormatter: Formatter<'SLACK'> = {
  name: 'SLACK',

  render(event) {
    const message = callMessage(event);
    const blocks: KnownBlock[] = [
      {
        type: 'header',
        text: { type: 'plain_text', text: escaped(message.headline, SLACK_LIMITS.header), emoji: false },
      },
      {
        type: 'section',
        fields: message.facts
          .slice(0, SLACK_LIMITS.fields)
          .map(([label, value]) => mrkdwn(`*${label}*\n`, value, SLACK_LIMITS.field)),
      },
    ];
    if (message.summary) blocks.push(section('', message.summary));
    for (const part of [message.checks, message.nextSteps])
      if (part) blocks.push(section(`*${part.title}*\n`, part.lines.join('\n')));
    if (message.link) {
      const text = `<${linkTarget(message.link.url)}|${message.link.text}>`;
      blocks.push({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
    }
    const text = escaped(`${message.headline}\n${message.sentence}`, SLACK_LIMITS.text);
    return Buffer.from(JSON.stringify({ text, blocks }), 'utf8');
  },
};

function section(label: string, text: string): KnownBlock {
  return { type: 'section', text: mrkdwn(label, text, SLACK_LIMITS.section) };
}

/** `verbatim`: Slack must not look for mentions in what was said. */
function mrkdwn(label: string, text: string, max: number): MrkdwnElement {
  return { type: 'mrkdwn', text: label + escaped(text, max - label.length), verbatim: true };
}

function escaped(text: string, max: number): string {
  return truncate(withoutMentions(text), max, escape);
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: without these, `<!channel>` pings everybody. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function linkTarget(url: string): string {
  return escape(url).replaceAll('|', '%7C');
}
