import { BullModule, getQueueToken } from '@nestjs/bull';
import {
  BeforeApplicationShutdown,
  DynamicModule,
  Global,
  Injectable,
  Module,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { Queue, QueueOptions } from 'bull';
import Redis from 'ioredis';
import { Config } from '../config/config';

/** Every queue of the service. Jobs carry ids, never payloads; `call-events` alone takes what a publisher says. */
export const QUEUES = {
  /** Other services publish here: job data is the body of POST /internal/v1/events. */
  callEvents: 'call-events',
  /** The clock of retries: delayed jobs that say when something is due; what, stands in PostgreSQL. */
  retries: 'delivery-retries',
  /** What the API asks the dispatcher to do outside: test, retry. */
  commands: 'dispatcher-commands',
} as const;

export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** A stop waits so long for jobs under way; what is not done by then is run again by another process. */
const END_JOBS_WITHIN_MS = 5_000;

/** The queues of a process and their connections: Bull leaves it to those who make connections to close them. */
@Injectable()
export class Queues implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly queues: Queue[] = [];
  private readonly connections: Redis[] = [];

  constructor(private readonly config: Config) {}

  /** Bull's options for a queue of the service. */
  options(name: QueueName): QueueOptions {
    return {
      // `call-events` is a name that other services use too: in the usual installation the prefix is Bull's own.
      prefix: this.config.REDIS_PREFIX === 'skipcalls' ? 'bull' : `${this.config.REDIS_PREFIX}-bull`,
      createClient: (type) => this.connect(type === 'client'),
      defaultJobOptions: { removeOnComplete: true, removeOnFail: 1_000 },
      settings: {
        stalledInterval: 15_000,
        // A published event is never given up, however many processes die over it: its job is the only copy.
        maxStalledCount: name === QUEUES.callEvents ? Number.MAX_SAFE_INTEGER : 10,
      },
    };
  }

  add(queue: Queue): void {
    this.queues.push(queue);
  }

  async beforeApplicationShutdown(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_JOBS_WITHIN_MS);
    });
    // Bull starts in the background; closing it before it has would end in an unhandled rejection.
    const closed = this.queues.map((queue) => queue.isReady().then(() => queue.close()));
    await Promise.race([late, Promise.allSettled(closed)]);
    clearTimeout(timer);
  }

  onApplicationShutdown(): void {
    for (const connection of this.connections) connection.disconnect();
  }

  private connect(isOrdinary: boolean): Redis {
    const connection = new Redis(this.config.REDIS_URL, {
      retryStrategy: (times) => Math.min(50 * times, 1_000),
      // Bull's blocking connections must wait for ever; commands of the others are bounded by those who call them.
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      ...(isOrdinary ? { commandTimeout: 5_000 } : {}),
    });
    connection.on('error', () => undefined);
    this.connections.push(connection);
    return connection;
  }
}

@Global()
@Module({ providers: [Queues], exports: [Queues] })
export class QueueModule {}

/** Registers queues for injection with `@InjectQueue`. Bull stays behind this file, so that another queue is a small swap. */
export function registerQueues(...names: QueueName[]): DynamicModule {
  return {
    module: RegisteredQueues,
    imports: [
      BullModule.registerQueueAsync(
        ...names.map((name) => ({
          name,
          inject: [Queues],
          useFactory: (queues: Queues) => queues.options(name),
        })),
      ),
    ],
    providers: names.map((name) => ({
      provide: `closes ${name}`,
      inject: [Queues, getQueueToken(name)],
      useFactory: (queues: Queues, queue: Queue) => queues.add(queue),
    })),
    exports: [BullModule],
  };
}

@Module({})
class RegisteredQueues {}
