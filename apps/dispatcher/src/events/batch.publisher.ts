import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Accepted,
  type DryRun,
  EventBus,
  type JsonSlice,
  MAX_EVENT_BYTES,
  MAX_EVENT_TEXT_BYTES,
  outlineBatch,
  tooLarge,
  Turns,
} from '@app/events';
import { type FieldError, toProblem } from '@app/platform';

const MAX_EVENTS = 500;
/** JSON that has been read and waits for its commit, of one batch, in bytes of the body. */
const MAX_UNCOMMITTED_BYTES = 8 * 1024 * 1024;
/** What the fields beside `data` may take without white space. */
const ENVELOPE_BYTES = 64 * 1024;
const LONGEST_KEY = 255;

/** One event of a batch: accepted, or rejected alone. */
export type BatchResult = Accepted | DryRun | { error: Record<string, unknown> };

export interface BatchOptions {
  /** The `Idempotency-Key` header: the events that have no key of their own get one that is made of it. */
  idempotencyKey?: string;
  dryRun: boolean;
}

/**
 * Publishes the events of a batch. They are read one by one, in turns of the event loop, and forgotten once committed:
 * a batch of 32 MiB neither holds up other requests nor fills the memory.
 */
@Injectable()
export class BatchPublisher {
  constructor(private readonly bus: EventBus) {}

  /**
   * @returns the results in order.
   * @throws Problem malformed_json, validation_failed if the body is no list of events; nothing is published then.
   */
  async publish(body: Buffer, options: BatchOptions, turns = new Turns()): Promise<BatchResult[]> {
    const slices = await outlineBatch(body, MAX_EVENTS, turns);
    const uncommitted = new Window(MAX_UNCOMMITTED_BYTES);
    const results: Promise<BatchResult>[] = [];
    for (const [index, slice] of slices.entries()) {
      const bytes = slice.end - slice.start;
      await uncommitted.enter(bytes);
      await turns.before(bytes);
      const published = this.publishOne(body.subarray(slice.start, slice.end), slice, index, options);
      results.push(
        published
          .catch((error: unknown) => ({ error: located(error, index) }))
          .finally(() => uncommitted.leave(bytes)),
      );
    }
    return Promise.all(results);
  }

  private async publishOne(
    json: Buffer,
    { compactBytes }: JsonSlice,
    index: number,
    { idempotencyKey, dryRun }: BatchOptions,
  ): Promise<Accepted | DryRun> {
    if (compactBytes > MAX_EVENT_BYTES + ENVELOPE_BYTES || json.length > MAX_EVENT_TEXT_BYTES) {
      const problem = tooLarge();
      this.bus.noteRejection('batch', problem);
      throw problem;
    }
    const fallbackKey = idempotencyKey === undefined ? undefined : keyOf(idempotencyKey, index);
    return dryRun
      ? this.bus.dryRunJson(json, { source: 'batch', fallbackKey })
      : this.bus.publishJson(json, { source: 'batch', fallbackKey });
  }
}

/** The same batch again has the same keys. */
function keyOf(batchKey: string, index: number): string {
  const key = `${batchKey}/${index}`;
  return key.length <= LONGEST_KEY ? key : `${createHash('sha256').update(batchKey).digest('hex')}/${index}`;
}

/** The problem of one event, with the paths of its errors within the batch. */
function located(error: unknown, index: number): Record<string, unknown> {
  const problem = toProblem(error).toJSON();
  const errors = problem['errors'] as FieldError[] | undefined;
  if (!errors) return problem;
  return {
    ...problem,
    errors: errors.map(({ path, message }) => ({ path: pathWithin(index, path), message })),
  };
}

function pathWithin(index: number, path: string): string {
  return ['events', `[${index}]`, path && `.${path}`].join('');
}

/** Lets in as much as fits; one that is larger than all room comes in alone. */
class Window {
  private used = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly room: number) {}

  async enter(size: number): Promise<void> {
    while (this.used > 0 && this.used + size > this.room) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    this.used += size;
  }

  leave(size: number): void {
    this.used -= size;
    this.wake();
  }
}
