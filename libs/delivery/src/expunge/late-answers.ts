import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Periodic } from '@app/platform';
import { PayloadExpunger } from './payload-expunger';

const EVERY_MS = 30_000;

/** Runs in the dispatcher: see `PayloadExpunger.forgetLateAnswers`. */
@Injectable()
export class LateAnswers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('LateAnswers');
  private readonly loop: Periodic;

  constructor(expunger: PayloadExpunger) {
    this.loop = new Periodic(
      EVERY_MS,
      () => expunger.forgetLateAnswers(),
      (error) => this.logger.warn({ err: error, msg: 'Forgetting will be tried again' }),
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
