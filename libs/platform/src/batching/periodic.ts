/** Runs work at an interval, never twice at the same time, until it is stopped. A failure is reported, and the next turn tries again. */
export class Periodic {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param work may look at `isStopping` between steps. */
  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
    private readonly onError: (error: unknown) => void,
  ) {}

  get isStopping(): boolean {
    return this.stopped;
  }

  /** The first turn is one interval from now; the others come one interval after the end of the turn before. */
  start(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.runNow(), this.everyMs);
  }

  /** Begins a turn at once, unless one is under way. Resolves when it has ended. */
  runNow(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (this.timer) clearTimeout(this.timer);
    return (this.running ??= this.turn());
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.onError(error);
    } finally {
      this.running = null;
      this.start();
    }
  }
}
