import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the service, in one place. Names follow Prometheus: unit in the name, `_total` for counters. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly eventsAccepted = new Counter({
    name: 'skipcalls_events_accepted_total',
    help: 'Events committed',
    labelNames: ['type'],
    registers: [this.registry],
  });
  readonly attempts = new Counter({
    name: 'skipcalls_attempts_total',
    help: 'Attempts recorded, by outcome',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly attemptDuration = new Histogram({
    name: 'skipcalls_attempt_duration_seconds',
    help: 'Time from the start of an attempt to its end',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: 'skipcalls_attempts_in_flight',
    help: 'Attempts being made now',
    registers: [this.registry],
  });
  readonly claimed = new Gauge({
    name: 'skipcalls_deliveries_claimed',
    help: 'Deliveries that this process has claimed: being sent, or queued in memory',
    registers: [this.registry],
  });
  readonly fenced = new Counter({
    name: 'skipcalls_attempts_fenced_total',
    help: 'Attempts whose verdict changed nothing, because another dispatcher had taken the delivery over',
    registers: [this.registry],
  });
  readonly circuitChanges = new Counter({
    name: 'skipcalls_circuit_changes_total',
    help: 'Changes of the circuit of a webhook, by new state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  readonly recovered = new Counter({
    name: 'skipcalls_deliveries_recovered_total',
    help: 'Deliveries found by the sweeper, by what had lost them',
    labelNames: ['from'],
    registers: [this.registry],
  });
  readonly retryLateness = new Histogram({
    name: 'skipcalls_retry_lateness_seconds',
    help: 'How much later than scheduled a job for retries ran',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });

  readonly phoneIndexSkipped = new Counter({
    name: 'skipcalls_phone_index_skipped_total',
    help: 'Events left out of the phone number index because they could not be read',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /**
   * Adds the lag of the phone number index, for the process that builds it. It is measured at every scrape, so that an
   * index that has stopped shows too.
   * @param read the lag in seconds; when it fails, the gauge keeps its last value.
   */
  measurePhoneIndexLag(read: () => Promise<number>): void {
    new Gauge({
      name: 'skipcalls_phone_index_lag_seconds',
      help: 'Age of the oldest event that cannot be found by its phone numbers yet',
      registers: [this.registry],
      async collect() {
        await read().then(
          (seconds) => this.set(seconds),
          () => undefined,
        );
      },
    });
  }
}
