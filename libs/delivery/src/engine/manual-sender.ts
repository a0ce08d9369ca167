import { Injectable } from '@nestjs/common';
import { ManualAttempts } from '../store/manual-attempts';
import { DeliveryEngine } from './delivery-engine';
import { Membership } from './membership';

/** Makes the attempts that people asked for: "Resend", "Test webhook". */
@Injectable()
export class ManualSender {
  constructor(
    private readonly engine: DeliveryEngine,
    private readonly manual: ManualAttempts,
    private readonly membership: Membership,
  ) {}

  /**
   * Makes the given ones that nobody has taken yet.
   * @returns when each of them is recorded.
   */
  async send(ids: readonly string[]): Promise<void> {
    const deliveries = await this.manual.claim(this.membership.dispatcherId, ids);
    await Promise.all(deliveries.map((delivery) => this.engine.attemptNow(delivery)));
  }

  /** Makes those whose job was lost. */
  async sendWaiting(): Promise<void> {
    const deliveries = await this.manual.claim(this.membership.dispatcherId);
    // The sweeper must not wait for anybody's server.
    for (const delivery of deliveries) void this.engine.attemptNow(delivery).catch(() => undefined);
  }
}
