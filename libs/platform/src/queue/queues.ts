import { BullModule } from '@nestjs/bull';
import { DynamicModule } from '@nestjs/common';
import type { QueueOptions } from 'bull';
import Redis from 'ioredis';
import { Config } from '../config/config';

/** Every queue of the house. Jobs carry ids, never payloads; `call-events` alone takes what a publisher says. */
export const QUEUES = {
  /** Other services publish here: job data is the body of POST /internal/v1/events. */
  callEvents: 'call-events',
  /** The clock of retries: one delayed job for each attempt that is due later. */
  retries: 'delivery-retries',
  /** What the API asks the dispatcher to do outside: test, retry, replay. */
  commands: 'dispatcher-commands',
} as const;

export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** Registers queues for injection with `@InjectQueue`. Bull stays behind this file, so that another queue is a small swap. */
export function registerQueues(...names: QueueName[]): DynamicModule {
  return BullModule.registerQueueAsync(
    ...names.map((name) => ({
      name,
      inject: [Config],
      useFactory: (config: Config): QueueOptions => queueOptions(config),
    })),
  );
}

export function queueOptions(config: Config): QueueOptions {
  return {
    // `call-events` is a name that other services use too: in the usual installation the prefix is Bull's own.
    prefix: config.REDIS_PREFIX === 'skipcalls' ? 'bull' : `${config.REDIS_PREFIX}-bull`,
    createClient: (type) => {
      const client = new Redis(config.REDIS_URL, {
        retryStrategy: (times) => Math.min(50 * times, 1_000),
        // Bull's blocking connections must wait for ever; commands of the others are bounded by those who call them.
        maxRetriesPerRequest: null,
        enableReadyCheck: false,
        ...(type === 'client' ? { commandTimeout: 5_000 } : {}),
      });
      client.on('error', () => undefined);
      return client;
    },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: 1_000 },
    settings: { stalledInterval: 15_000, maxStalledCount: 10 },
  };
}
