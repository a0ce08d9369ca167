import type { EventType, FormatName, Formatter, RenderableEvent } from '@app/formatting';

/** The event of a claimed delivery. Its body is made once for each format, however many webhooks get it. */
export class EventContent {
  private readonly bodies: Partial<Record<FormatName, Buffer>> = {};

  constructor(
    readonly id: string,
    readonly type: EventType,
    readonly occurredAt: Date,
    readonly test: boolean,
    /** The call record as JSON text; null once it was expunged. */
    readonly data: string | null,
  ) {}

  /** The same after its payload was expunged. */
  expunged(): EventContent {
    return new EventContent(this.id, this.type, this.occurredAt, this.test, null);
  }

  /** @returns the exact bytes to sign and send, or null when there is nothing left to send. */
  body(formatter: Formatter<FormatName>): Buffer | null {
    const renderable = this.renderable();
    return renderable && (this.bodies[formatter.name] ??= formatter.render(renderable));
  }

  /** What formats and templates are rendered over, or null once it was expunged. */
  renderable(): RenderableEvent | null {
    const { id, type, occurredAt, test, data } = this;
    return data === null ? null : { id, type, occurredAt, test, data };
  }
}
