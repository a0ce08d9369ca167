import { defaultFormatter } from './default';
import type { Formatter } from './formatter';
import { zapierFormatter } from './zapier';

export type { Formatter, PayloadFormatter, RenderableEvent } from './formatter';

/** The formats that customers choose. A new format is a new file beside this one and an entry in one of these lists. */
export const PAYLOAD_FORMATTERS = [defaultFormatter, zapierFormatter] as const;

/** Every format that a body can have. */
export const FORMATTERS: readonly Formatter<FormatName>[] = [...PAYLOAD_FORMATTERS];

/** How a body is laid out: nested, or one flat object for no-code tools. */
export type PayloadFormat = (typeof PAYLOAD_FORMATTERS)[number]['name'];
export const PAYLOAD_FORMATS: readonly PayloadFormat[] = PAYLOAD_FORMATTERS.map(({ name }) => name);

export type FormatName = PayloadFormat;
