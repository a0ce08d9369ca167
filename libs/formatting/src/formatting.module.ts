import { Module, type Provider } from '@nestjs/common';
import { FormatterRegistry } from './formatter-registry';
import { TemplateRenderer } from './custom/template-renderer';
import { FORMATTERS, type FormatterName, type Formatter } from './formatters';

/** The injection token of one formatter. */
export const formatterToken = (name: FormatterName): string => `formatter:${name}`;

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
      useFactory: (...formatters: Formatter<FormatterName>[]) => new FormatterRegistry(formatters),
      inject: FORMATTERS.map(({ name }) => formatterToken(name)),
    },
    { provide: TemplateRenderer, useFactory: () => new TemplateRenderer() },
  ],
  exports: [FormatterRegistry, TemplateRenderer],
})
export class FormattingModule {}
