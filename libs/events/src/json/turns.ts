/** Work on one body between two turns of the event loop, in bytes: some milliseconds. */
const BYTES_PER_TURN = 256 * 1024;

/** Splits long work into turns of the event loop, so that other requests are served in between. */
export class Turns {
  private spent = 0;

  constructor(
    private readonly next = () => new Promise<void>((resolve) => setImmediate(resolve)),
    readonly bytesPerTurn = BYTES_PER_TURN,
  ) {}

  /** Called before each piece of work. Resolves at once if the present turn has room for it, or has done nothing yet. */
  async before(bytes: number): Promise<void> {
    if (this.spent > 0 && this.spent + bytes > this.bytesPerTurn) {
      this.spent = 0;
      await this.next();
    }
    this.spent += bytes;
  }
}
