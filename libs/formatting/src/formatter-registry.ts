import { FORMATTERS, type FormatName, type FormatterName, type Formatter } from './formatters';

/** The formatters by the name of their format. */
export class FormatterRegistry {
  private readonly byName: ReadonlyMap<FormatName, Formatter<FormatterName>>;

  constructor(formatters: readonly Formatter<FormatterName>[] = FORMATTERS) {
    this.byName = new Map(formatters.map((formatter) => [formatter.name, formatter]));
    if (this.byName.size < formatters.length) throw new Error('Two formatters have the same name');
  }

  /** @throws Error for a format that was removed while deliveries still had it. */
  get(name: FormatName): Formatter<FormatterName> {
    const formatter = this.byName.get(name);
    if (!formatter) throw new Error(`There is no formatter named ${name}`);
    return formatter;
  }
}
