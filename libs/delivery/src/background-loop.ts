import { Logger } from '@nestjs/common';

/**
 * Does some work now and then, never twice at the same time. A failure is logged, and mended by the next time:
 * the work is such that it can be tried again.
 */
export class BackgroundLoop {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param work may look at `isStopping` between steps. */
  constructor(
    name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
  ) {
    this.logger = new Logger(name);
  }

  get isStopping(): boolean {
    return this.stopped;
  }

  start(): void {
    this.timer = setInterval(() => void this.runNow(), this.everyMs);
  }

  /** Runs at once, unless it is running. */
  runNow(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return (this.running ??= this.run().finally(() => (this.running = null)));
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.logger.warn(`Failed, will be tried again: ${(error as Error).message}`);
    }
  }
}
