import { Injectable } from '@nestjs/common';
import {
  customFormat, customVersion, TemplateError, TemplateRenderer, type RenderableEvent, type RenderedRequest,
} from '@app/formatting'; // prettier-ignore
import { Sql, toUuid } from '@app/platform';
import { CustomRequests } from '@app/webhooks';

/** $1 delivery, $2 its format, $3 the new one. @returns the format that it has now. */
const MOVE_TO_VERSION = `
  with moved as (update deliveries set format = $3 where id = $1 and format = $2 returning format)
  select format from moved
  union all
  select format from deliveries where id = $1 and not exists (select from moved)`;

/** A delivery of type `CUSTOM`. */
export interface CustomDelivery {
  id: string;
  webhookId: string;
  /** Of its templates. */
  version: number;
}

/**
 * The requests of type `CUSTOM`. A delivery keeps the version of the templates that it was committed with, and rendering
 * depends on these and the event only, so each attempt has the same bytes and none have to be stored.
 */
@Injectable()
export class CustomBodies {
  constructor(
    private readonly requests: CustomRequests,
    private readonly renderer: TemplateRenderer,
    private readonly sql: Sql,
  ) {}

  /** @throws TemplateError */
  async render(webhookId: string, version: number, event: RenderableEvent): Promise<RenderedRequest> {
    return this.renderer.render(webhookId, await this.requests.get(webhookId, version), event);
  }

  /**
   * Renders a delivery to send it. If its templates fail and the webhook has newer ones, it gets those: no attempt of it
   * can have sent anything, so that a customer who corrects a template can retry what it has failed.
   * @param newest the version that new deliveries get.
   * @throws TemplateError
   */
  async renderToSend(
    delivery: CustomDelivery,
    newest: number,
    event: RenderableEvent,
  ): Promise<RenderedRequest> {
    const { id, webhookId, version } = delivery;
    try {
      return await this.render(webhookId, version, event);
    } catch (error) {
      // What took too long may have been sent before, when it did not.
      if (!(error instanceof TemplateError) || error.isLimit || newest <= version) throw error;
    }
    await this.render(webhookId, newest, event);
    const [row] = await this.sql.rows<{ format: string }>(MOVE_TO_VERSION, [
      toUuid(id),
      customFormat(version),
      customFormat(newest),
    ]);
    return this.render(webhookId, customVersion(row?.format ?? '') ?? newest, event);
  }
}
