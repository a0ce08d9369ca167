import { randomUUID } from 'node:crypto';
import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { SchemeVerdict } from './signature-check';

/** A request as the inspector's page shows it. */
export interface ReceivedRequest {
  id: string;
  receivedAt: string;
  method: string;
  /** Below `/inspector/hooks`, with its query. */
  path: string;
  /** In the order they came, with the spelling they came in. */
  headers: [name: string, value: string][];
  body: string;
  bodyBytes: number;
  signatures: SchemeVerdict[];
  /** The status that the inspector answered. */
  answered: number;
}

const KEPT = 200;

/** The newest requests, in memory: they are gone with the process. */
@Injectable()
export class ReceivedRequests implements OnModuleDestroy {
  private readonly newest: ReceivedRequest[] = [];
  private readonly arrivals = new Subject<ReceivedRequest>();

  add(request: Omit<ReceivedRequest, 'id'>): void {
    const received = { id: randomUUID(), ...request };
    this.newest.push(received);
    if (this.newest.length > KEPT) this.newest.shift();
    this.arrivals.next(received);
  }

  /** Oldest first. */
  list(): ReceivedRequest[] {
    return [...this.newest];
  }

  forget(): void {
    this.newest.length = 0;
  }

  /** Those to come; ends with the process, since an open stream would hold up its shutdown. */
  get coming(): Observable<ReceivedRequest> {
    return this.arrivals.asObservable();
  }

  onModuleDestroy(): void {
    this.arrivals.complete();
  }
}
