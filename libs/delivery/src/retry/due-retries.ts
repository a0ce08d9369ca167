import { Injectable } from '@nestjs/common';
import { DeliveryEngine } from '../engine/delivery-engine';
import { Gates } from '../engine/gates';
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
    private readonly gates: Gates,
    private readonly membership: Membership,
  ) {}

  /**
   * Takes all that has been due for so long, in milliseconds, and resolves when they are in hand of this dispatcher, by
   * PostgreSQL: from then on no alarm is needed. What another dispatcher takes at the same moment is left to it.
   * @returns how many.
   */
  async take(overdueByMs = -TOLERANCE_MS): Promise<number> {
    let count = await this.parkForTheFull(overdueByMs);
    while (this.engine.hasRoom && this.membership.hasFreshHeartbeat) {
      const deliveries = await this.store.claimDue(this.membership.dispatcherId, overdueByMs, AT_ONCE);
      this.engine.admit(deliveries);
      count += deliveries.length;
      if (deliveries.length < AT_ONCE) break;
    }
    return count;
  }

  /**
   * What is due to webhooks without room waits with the rest of theirs, and isn't read for nothing. Of the few webhooks
   * that have something due it is asked whether they have room: those without may be thousands.
   */
  private async parkForTheFull(overdueByMs: number): Promise<number> {
    if (!this.gates.areSomeFull || !this.membership.hasFreshHeartbeat) return 0;
    const due = await this.store.webhooksDue(overdueByMs, AT_ONCE);
    const full = due.filter((webhookId) => this.gates.get(webhookId)?.hasRoom === false);
    if (full.length === 0) return 0;
    const webhookIds = await this.store.parkDue(overdueByMs, full, AT_ONCE);
    for (const webhookId of new Set(webhookIds)) {
      const gate = this.gates.get(webhookId);
      if (gate) this.gates.noteParked(gate);
    }
    return webhookIds.length;
  }
}
