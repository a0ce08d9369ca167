import { Injectable } from '@nestjs/common';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import type { Lease } from '../claims/lease';
import type { EndpointTrust } from './sending-slots';

/** Deliveries in memory, being sent or queued; beyond it, new ones are stored parked. */
const MAX_DELIVERIES = 20_000;
/** … and the length of their call records, in characters. */
const MAX_CHARACTERS = 192 * 1024 * 1024;

/** What this process has claimed and not settled yet: how much that is, and by which leases. */
@Injectable()
export class InFlightDeliveries {
  private readonly leases = new Map<string, Lease>();
  private ended: string[] = [];
  private deliveries = 0;
  private characters = 0;

  get size(): number {
    return this.deliveries;
  }

  /** How many more may be claimed. */
  get capacity(): number {
    return this.characters >= MAX_CHARACTERS ? 0 : Math.max(0, MAX_DELIVERIES - this.deliveries);
  }

  get isFull(): boolean {
    return this.capacity === 0;
  }

  /** Endpoints of which nothing good is known may use half of it; responsive ones, and each one's first attempt, all. */
  isCrowdedFor(trust: EndpointTrust): boolean {
    const halfIsTaken = this.deliveries >= MAX_DELIVERIES / 2 || this.characters >= MAX_CHARACTERS / 2;
    return halfIsTaken && (trust === 'probing' || trust === 'unresponsive');
  }

  holds(leaseId: string): boolean {
    return this.leases.has(leaseId);
  }

  add(delivery: ClaimedDelivery): void {
    delivery.lease.add();
    this.leases.set(delivery.lease.id, delivery.lease);
    this.deliveries += 1;
    this.characters += delivery.event.data?.length ?? 0;
  }

  /** After PostgreSQL has it that the delivery is settled or put back. */
  release({ lease, event }: ClaimedDelivery): void {
    lease.remove();
    this.deliveries -= 1;
    this.characters -= event.data?.length ?? 0;
    if (!lease.hasEnded) return;
    this.leases.delete(lease.id);
    if (lease.isSettled) this.ended.push(lease.id);
  }

  /**
   * Releases a delivery whose outcome PostgreSQL did not take. Its lease stays there, and is taken over as one of which
   * this process knows nothing: at worst, the delivery is sent again.
   */
  abandon(delivery: ClaimedDelivery): void {
    delivery.lease.abandon();
    this.release(delivery);
  }

  /** Leases whose rows may be deleted; the caller deletes them. */
  drainEndedLeases(): string[] {
    return this.ended.splice(0);
  }
}
