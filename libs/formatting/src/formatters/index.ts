import { defaultFormatter } from './default';
import { discordFormatter } from './discord';
import { emailFormatter } from './email';
import { customVersion, type CustomFormat } from '../custom/custom-request';
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
/** A format as webhooks and deliveries store it. */
export type FormatName = FormatterName | CustomFormat;
/** A format that is the same for every webhook. */
export type FormatterName = PayloadFormat | DestinationFormat;
/** A format as it is shown: the versions of custom requests are our own business. */
export type ShownFormat = FormatterName | 'CUSTOM';

/** Every format that a body can have. */
export const FORMATTERS: readonly Formatter<FormatterName>[] = [
  ...PAYLOAD_FORMATTERS,
  ...DESTINATION_FORMATTERS,
];

export const PAYLOAD_FORMATS: readonly PayloadFormat[] = PAYLOAD_FORMATTERS.map(({ name }) => name);
export const FORMAT_NAMES: readonly FormatterName[] = FORMATTERS.map(({ name }) => name);
export const SHOWN_FORMATS: readonly ShownFormat[] = [...FORMAT_NAMES, 'CUSTOM'];

export function shownFormat(format: FormatName): ShownFormat {
  return customVersion(format) === null ? (format as FormatterName) : 'CUSTOM';
}

export function isPayloadFormat(format: FormatName): format is PayloadFormat {
  return (PAYLOAD_FORMATS as readonly FormatName[]).includes(format);
}
