import type { APIEmbed, RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import { callMessage, type CallMessage } from '../messages/call-message';
import { withoutMentions } from '../messages/mentions';
import { truncate } from '../messages/truncate';
import type { Formatter } from './formatter';

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
export const DISCORD_LIMITS = {
  content: 2_000, embeds: 10, title: 256, description: 4_096, fields: 25, fieldName: 256, fieldValue: 1_024, total: 6_000,
} as const; // prettier-ignore

/** Chosen so that title, description, 6 facts, 2 lists, and the link stay below the total together. */
const DESCRIPTION_LENGTH = 1_500;
const FACT_LENGTH = 150;
const LINK_LENGTH = 600;
const GREEN = 0x2e_a0_43;
const AMBER = 0xd2_99_22;

/** A webhook message of Discord: `{content, embeds, allowed_mentions}`. */
export const discordFormatter: Formatter<'DISCORD'> = {
  name: 'DISCORD',

  render(event) {
    const message = callMessage(event);
    const body: RESTPostAPIWebhookWithTokenJSONBody = {
      content: escaped(message.sentence, DISCORD_LIMITS.content),
      embeds: [embed(message)],
      allowed_mentions: { parse: [] },
    };
    return Buffer.from(JSON.stringify(body), 'utf8');
  },
};

function embed(message: CallMessage): APIEmbed {
  const fields = message.facts.map(([name, value]) => ({
    name,
    value: escaped(value, FACT_LENGTH),
    inline: true,
  }));
  for (const part of [message.checks, message.nextSteps]) {
    if (!part) continue;
    const value = escaped(part.lines.join('\n'), DISCORD_LIMITS.fieldValue);
    fields.push({ name: part.title, value, inline: false });
  }
  if (message.link) {
    // Brackets or spaces in an address would end the link early; `new URL` has encoded the rest.
    const url = message.link.url.replaceAll('(', '%28').replaceAll(')', '%29');
    if (url.length <= LINK_LENGTH)
      fields.push({ name: 'Recording', value: `[${message.link.text}](${url})`, inline: false });
  }
  return {
    title: escaped(message.headline, DISCORD_LIMITS.title),
    ...(message.summary ? { description: escaped(message.summary, DESCRIPTION_LENGTH) } : {}),
    color: message.succeeded ? GREEN : AMBER,
    fields,
    timestamp: message.timestamp,
  };
}

function escaped(text: string, max: number): string {
  return truncate(withoutMentions(text), max, escape);
}

/** Markdown and mentions (`<@123>`, `<#123>`, `</command:1>`) are shown as they were said. */
function escape(text: string): string {
  return text.replace(/[\\*_~`|>#[\]<]/g, (character) => `\\${character}`);
}
