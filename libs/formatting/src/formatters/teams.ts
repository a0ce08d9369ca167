import { callMessage, type CallMessage } from '../messages/call-message';
import { truncate } from '../messages/truncate';
import type { Formatter } from './formatter';

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using, in bytes. */
export const TEAMS_MAX_BYTES = 28 * 1_024;
/** Tried in turn until the card fits: a text of four-byte characters takes twice what its length says. */
const SUMMARY_LENGTHS = [4_000, 1_500, 500] as const;

/** The part of Adaptive Cards 1.4 (https://adaptivecards.io/explorer) that is used here. */
type CardElement =
  | {
      type: 'TextBlock';
      text: string;
      weight: 'Bolder';
      size?: 'Large';
      wrap: true;
      color?: 'Good' | 'Warning';
    }
  | { type: 'RichTextBlock'; inlines: { type: 'TextRun'; text: string }[] }
  | { type: 'FactSet'; facts: { title: string; value: string }[] };

export interface TeamsMessage {
  type: 'message';
  summary: string;
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive';
      contentUrl: null;
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
        type: 'AdaptiveCard';
        version: '1.4';
        msteams: { width: 'Full' };
        body: CardElement[];
        actions: { type: 'Action.OpenUrl'; title: string; url: string }[];
      };
    },
  ];
}

/** An Adaptive Card, as Teams' workflows and connectors take it. */
export const teamsFormatter: Formatter<'TEAMS'> = {
  name: 'TEAMS',

  render(event) {
    const message = callMessage(event);
    const bodies = SUMMARY_LENGTHS.map(
      (length) => () => Buffer.from(JSON.stringify(card(message, length)), 'utf8'),
    );
    const [first, second, last] = bodies;
    const body = first();
    if (body.length <= TEAMS_MAX_BYTES) return body;
    const shorter = second();
    return shorter.length <= TEAMS_MAX_BYTES ? shorter : last();
  },
};

function card(message: CallMessage, summaryLength: number): TeamsMessage {
  const body: CardElement[] = [
    {
      type: 'TextBlock',
      text: plain(message.headline, 300),
      weight: 'Bolder',
      size: 'Large',
      wrap: true,
      color: message.succeeded ? 'Good' : 'Warning',
    },
    text(message.sentence, 600),
    { type: 'FactSet', facts: message.facts.map(([title, value]) => ({ title, value: plain(value, 300) })) },
  ];
  if (message.summary) body.push(text(message.summary, summaryLength));
  for (const part of [message.checks, message.nextSteps]) {
    if (!part) continue;
    body.push({ type: 'TextBlock', text: part.title, weight: 'Bolder', wrap: true });
    for (const line of part.lines) body.push(text(line, 300));
  }
  return {
    type: 'message',
    summary: plain(message.headline, 300),
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body,
          actions: message.link
            ? [{ type: 'Action.OpenUrl', title: message.link.text, url: message.link.url }]
            : [],
        },
      },
    ],
  };
}

/** Text runs have no Markdown, so what was said in a call stays text. */
function text(said: string, max: number): CardElement {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: truncate(said, max, withoutTags) }] };
}

/** For elements that read Markdown and HTML entities. */
function plain(said: string, max: number): string {
  return truncate(said, max, escape);
}

function escape(said: string): string {
  return said
    .replace(/[\\*_~`[\]#]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** `<at>` is how a mention begins. */
function withoutTags(said: string): string {
  return said.replaceAll('<', '‹').replaceAll('>', '›');
}
