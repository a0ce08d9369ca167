import { Injectable } from '@nestjs/common';
import { TemplateRenderer, type EventType } from '@app/formatting';
import { Problem, type FieldError } from '@app/platform';
import { AddressPolicy } from './address-policy';
import { renderingErrors } from './custom-request-rules';
import { settingErrors, type WebhookSettings } from './webhook-rules';

/** Checks what customers set. Each throws Problem validation_failed with every error that it has found. */
@Injectable()
export class SettingChecks {
  constructor(
    private readonly addresses: AddressPolicy,
    private readonly renderer: TemplateRenderer,
  ) {}

  require(settings: Partial<WebhookSettings>, more: readonly FieldError[] = []): void {
    const errors = [...settingErrors(settings, this.addresses), ...more];
    if (errors.length > 0) throw Problem.invalid(errors);
  }

  /** Renders the templates with a sample of each event. Takes a while, so it comes before any transaction. */
  async requireRenderable(settings: Partial<WebhookSettings>, events: readonly EventType[]): Promise<void> {
    if (!settings.request) return;
    const errors = await renderingErrors(this.renderer, settings.request, events);
    if (errors.length > 0) throw Problem.invalid(errors);
  }
}
