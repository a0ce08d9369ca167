import { Injectable, Logger } from '@nestjs/common';
import { isDependencyAway } from '@app/platform';
import { Membership } from '../membership/membership';
import { ManualAttempts } from '../store/manual-attempts';
import { DeliveryEngine } from './delivery-engine';
import { InFlightDeliveries } from './in-flight-deliveries';

/** Requests claimed by one statement. */
const AT_ONCE = 200;

/** Makes the attempts that people requested: "Retry", "Test webhook". */
@Injectable()
export class ManualSender {
  private readonly logger = new Logger('ManualSender');

  constructor(
    private readonly engine: DeliveryEngine,
    private readonly manual: ManualAttempts,
    private readonly inFlight: InFlightDeliveries,
    private readonly membership: Membership,
  ) {}

  /**
   * Makes those of the given ones that no dispatcher has taken yet. Those that it has no room for stay in PostgreSQL,
   * for the sweeper of whichever dispatcher has.
   * @returns when each that was taken is recorded.
   */
  async send(ids: readonly string[]): Promise<void> {
    const attempts: Promise<void>[] = [];
    for (let rest = ids; rest.length > 0 && this.mayClaim; rest = rest.slice(AT_ONCE))
      attempts.push(
        ...(await this.claim(rest.slice(0, AT_ONCE))).map((delivery) => this.engine.attemptNow(delivery)),
      );
    await Promise.all(attempts);
  }

  /** Makes those whose job was lost. */
  async sendWaiting(): Promise<void> {
    if (!this.mayClaim) return;
    // The sweeper must not wait for anyone's server.
    for (const delivery of await this.claim(null)) {
      this.engine.attemptNow(delivery).catch((error: unknown) => {
        if (!isDependencyAway(error))
          this.logger.error({
            err: error,
            deliveryId: delivery.id,
            msg: 'A manual attempt failed and is made again',
          });
      });
    }
  }

  private get mayClaim(): boolean {
    return !this.inFlight.isFull && this.membership.hasFreshHeartbeat;
  }

  private claim(ids: readonly string[] | null) {
    const limit = Math.min(AT_ONCE, this.inFlight.capacity);
    return this.manual.claim(this.membership.dispatcherId, ids, limit);
  }
}
