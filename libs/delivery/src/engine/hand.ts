import { Injectable } from '@nestjs/common';
import { type InHand, type Lease, letGo } from './in-hand';
import type { Standing } from './slots';

/** Deliveries in memory, in flight or queued; beyond it new ones are born parked. */
const MAX_DELIVERIES = 20_000;
/** … and what their call records take, in characters. */
const MAX_CHARACTERS = 192 * 1024 * 1024;

/** What this process has in hand: how much that is, and under which leases. */
@Injectable()
export class Hand {
  private readonly leases = new Map<string, Lease>();
  private ended: Lease[] = [];
  private deliveries = 0;
  private characters = 0;

  get size(): number {
    return this.deliveries;
  }

  get isFull(): boolean {
    return this.deliveries >= MAX_DELIVERIES || this.characters >= MAX_CHARACTERS;
  }

  /** Retries wait in it while three quarters of it are free: what is new must not be parked for them. */
  get hasRoomToHold(): boolean {
    return this.deliveries < MAX_DELIVERIES / 4 && this.characters < MAX_CHARACTERS / 4;
  }

  /** Endpoints of which nothing good is known may use half of it; those that answer, and each one's first attempt, all. */
  isCrowdedFor(standing: Standing): boolean {
    const halfIsTaken = this.deliveries >= MAX_DELIVERIES / 2 || this.characters >= MAX_CHARACTERS / 2;
    return halfIsTaken && (standing === 'unproven' || standing === 'suspect');
  }

  holds(leaseId: string): boolean {
    return this.leases.has(leaseId);
  }

  take(delivery: InHand): void {
    this.leases.set(delivery.lease.id, delivery.lease);
    this.deliveries += 1;
    this.characters += delivery.event.data?.length ?? 0;
  }

  /** After a group of deliveries was committed as settled or put back, and with it the closing of some leases. */
  committed(deliveries: readonly InHand[], closed: readonly Lease[]): void {
    for (const lease of letGo(deliveries)) if (!closed.includes(lease)) this.ended.push(lease);
  }

  /** Leases that have ended and are not closed yet; whoever takes them closes them. */
  takeEnded(): Lease[] {
    return this.ended.splice(0);
  }

  /**
   * Lets go of a delivery of which PostgreSQL would not be told what has become. Its lease stands there still, and is
   * taken over as one of which this process knows nothing, with whatever else is under it: at the worst it is sent again.
   */
  forsake(delivery: InHand): void {
    delivery.lease.open = 0;
    this.drop(delivery);
  }

  /** After PostgreSQL has it that the delivery is settled or put back. */
  drop(delivery: InHand): void {
    if (delivery.lease.open <= 0) this.leases.delete(delivery.lease.id);
    this.deliveries -= 1;
    this.characters -= delivery.event.data?.length ?? 0;
  }
}
