import { below, FieldErrors } from '@app/formatting';
import { Problem } from '@app/platform';
import { JsonWalker, type JsonSlice } from './json-elements';
import type { Turns } from './turns';

/** What begins a JSON value that is no object. */
const OTHER_VALUE = /^[["tfn\d-]/;

/**
 * Finds the elements of `{"events": [...]}` in a body of any size, in turns and without parsing them.
 * @throws Problem malformed_json if the structure is broken, so that nobody can say where an element ends;
 * validation_failed if it is another structure.
 */
export async function outlineBatch(bytes: Buffer, maxEvents: number, turns: Turns): Promise<JsonSlice[]> {
  const outline = new BatchOutline(bytes, maxEvents, turns.bytesPerTurn);
  const walk = outline.walk();
  await turns.before(turns.bytesPerTurn);
  for (let step = walk.next(); !step.done; step = walk.next()) await turns.before(turns.bytesPerTurn);
  return outline.events();
}

class BatchOutline {
  private readonly walker: JsonWalker;
  private readonly errors = new FieldErrors();
  private slices: JsonSlice[] | null = null;
  private count = 0;

  constructor(
    bytes: Buffer,
    private readonly maxEvents: number,
    bytesPerYield: number,
  ) {
    this.walker = new JsonWalker(bytes, bytesPerYield);
  }

  *walk(): Generator<void, void> {
    const { walker } = this;
    if (OTHER_VALUE.test(String.fromCharCode((yield* walker.peek()) ?? 0))) {
      throw Problem.invalid([{ path: '', message: 'must be a JSON object' }]);
    }
    yield* walker.expect('{');
    if (!(yield* walker.accept('}'))) {
      do {
        const name = yield* walker.name();
        yield* walker.expect(':');
        if (name !== 'events') {
          this.errors.add(below('', name), 'is not a known field');
          yield* walker.value();
        } else if (this.slices) {
          this.errors.add('events', 'is given more than once');
          yield* walker.value();
        } else {
          this.slices = [];
          if (yield* walker.accept('[')) yield* this.walkEvents();
          else yield* walker.value();
        }
      } while (yield* walker.accept(','));
      yield* walker.expect('}');
    }
    yield* walker.end();
  }

  /** @throws Problem validation_failed */
  events(): JsonSlice[] {
    if (!this.slices || this.count < 1 || this.count > this.maxEvents) {
      this.errors.add('events', `must be a list of 1 to ${this.maxEvents} events`);
    }
    if (this.errors.list.length > 0) throw Problem.invalid(this.errors.list);
    return this.slices!;
  }

  private *walkEvents(): Generator<void, void> {
    const { walker } = this;
    if (yield* walker.accept(']')) return;
    do {
      const slice = yield* walker.value();
      this.count++;
      if (this.count <= this.maxEvents) this.slices!.push(slice);
    } while (yield* walker.accept(','));
    yield* walker.expect(']');
  }
}
