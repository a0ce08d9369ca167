import { Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '@app/platform';
import { EndpointQueues } from './endpoint-queues';
import { InFlightDeliveries } from './in-flight-deliveries';

const EVERY_MS = 1_000;

/** Shows what is going on in the engine to Prometheus. */
@Injectable()
export class EngineGauges implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly queues: EndpointQueues,
    private readonly inFlight: InFlightDeliveries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.metrics.inFlight.set(this.queues.slots.byTrust.inUse);
      this.metrics.claimed.set(this.inFlight.size);
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }
}
