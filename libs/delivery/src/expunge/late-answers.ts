import { Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { BackgroundLoop } from '../background-loop';
import { PayloadExpunger } from './payload-expunger';

const EVERY_MS = 30_000;

/** Runs in the dispatcher: see `PayloadExpunger.forgetLateAnswers`. */
@Injectable()
export class LateAnswers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: BackgroundLoop;

  constructor(expunger: PayloadExpunger) {
    this.loop = new BackgroundLoop('LateAnswers', EVERY_MS, () => expunger.forgetLateAnswers());
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
