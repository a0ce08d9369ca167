import { Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '@app/platform';
import { DeliveryEngine } from './delivery-engine';
import { Hand } from './hand';

const EVERY_MS = 1_000;

/** Shows what is going on in the engine to Prometheus. */
@Injectable()
export class EngineGauges implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly engine: DeliveryEngine,
    private readonly hand: Hand,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.metrics.inFlight.set(this.engine.slots.inUse);
      this.metrics.inHand.set(this.hand.size);
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }
}
