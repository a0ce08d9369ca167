import { defaultFormatter } from './default';
import { discordFormatter } from './discord';
import { emailFormatter } from './email';
import type { Formatter } from './formatter';
import { slackFormatter } from './slack';
import { teamsFormatter } from './teams';
import { zapierFormatter } from './zapier';

export type { EmailContent } from './email';
export type { Formatter, PayloadFormatter, RenderableEvent } from './formatter';

/** The formats that customers choose. A new format is a new file beside this one and an entry in one of these lists. */
export const PAYLOAD_FORMATTERS = [defaultFormatter, zapierFormatter] as const;

/** The formats that belong to one type of webhook, and have its name. */
export const DESTINATION_FORMATTERS = [
  slackFormatter,
  discordFormatter,
  teamsFormatter,
  emailFormatter,
] as const;

/** How a body is laid out: nested, or one flat object for no-code tools. */
export type PayloadFormat = (typeof PAYLOAD_FORMATTERS)[number]['name'];
export type DestinationFormat = (typeof DESTINATION_FORMATTERS)[number]['name'];
export type FormatName = PayloadFormat | DestinationFormat;

/** Every format that a body can have. */
export const FORMATTERS: readonly Formatter<FormatName>[] = [
  ...PAYLOAD_FORMATTERS,
  ...DESTINATION_FORMATTERS,
];

export const PAYLOAD_FORMATS: readonly PayloadFormat[] = PAYLOAD_FORMATTERS.map(({ name }) => name);
export const FORMAT_NAMES: readonly FormatName[] = FORMATTERS.map(({ name }) => name);

export function isPayloadFormat(format: FormatName): format is PayloadFormat {
  return (PAYLOAD_FORMATS as readonly FormatName[]).includes(format);
}
