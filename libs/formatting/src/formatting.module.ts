import { Module, type Provider } from '@nestjs/common';
import { FormatterRegistry } from './formatter-registry';
import { FORMATTERS, type FormatName, type Formatter } from './formatters';

/** The injection token of one formatter. */
export const formatterToken = (name: FormatName): string => `formatter:${name}`;

const providers: Provider[] = FORMATTERS.map((formatter) => ({
  provide: formatterToken(formatter.name),
  useValue: formatter,
}));

/** Registers each formatter by name, and the registry that resolves all of them once, when the process starts. */
@Module({
  providers: [
    ...providers,
    {
      provide: FormatterRegistry,
      useFactory: (...formatters: Formatter<FormatName>[]) => new FormatterRegistry(formatters),
      inject: FORMATTERS.map(({ name }) => formatterToken(name)),
    },
  ],
  exports: [FormatterRegistry],
})
export class FormattingModule {}
