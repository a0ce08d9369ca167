import { Injectable } from '@nestjs/common';
import { DeliveryEngine } from '../engine/delivery-engine';
import { Membership } from '../engine/membership';
import { DeliveryStore } from '../store/delivery-store';

const AT_ONCE = 500;
/** The clocks that made a retry due and that rang its alarm may differ by so much, in milliseconds. */
const TOLERANCE_MS = 2;

/** Takes retries in hand that are due: when an alarm goes off, and when the sweeper finds that none did. */
@Injectable()
export class DueRetries {
  constructor(
    private readonly store: DeliveryStore,
    private readonly engine: DeliveryEngine,
    private readonly membership: Membership,
  ) {}

  /**
   * Takes all that has been due for so long, in milliseconds, and resolves when they are in hand of this dispatcher, by
   * PostgreSQL: from then on no alarm is needed. What another dispatcher takes at the same moment is left to it.
   * @returns how many.
   */
  async take(overdueByMs = -TOLERANCE_MS): Promise<number> {
    let count = 0;
    while (this.engine.hasRoom && this.membership.mayAct) {
      const deliveries = await this.store.claimDue(this.membership.dispatcherId, overdueByMs, AT_ONCE);
      this.engine.admit(deliveries);
      count += deliveries.length;
      if (deliveries.length < AT_ONCE) break;
    }
    return count;
  }
}
