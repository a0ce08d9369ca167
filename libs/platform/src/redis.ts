import { EventEmitter } from 'node:events';
import { Global, Inject, Injectable, Logger, Module, OnApplicationShutdown } from '@nestjs/common';
import Redis from 'ioredis';
import { Config } from './config/config';

/** One Redis connection for small things: change notices, limits, pings. It gives up on a command after a second. */
@Injectable()
export class RedisConnection implements OnApplicationShutdown {
  readonly client: Redis;
  private readonly logger = new Logger('Redis');
  private wasAway = false;

  constructor(@Inject(Config) config: Config) {
    this.client = new Redis(config.REDIS_URL, {
      keyPrefix: `${config.REDIS_PREFIX}:`,
      commandTimeout: 1_000,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
      lazyConnect: true,
    });
    this.client.on('error', (error: Error) => {
      if (!this.wasAway) this.logger.warn(`Redis is away: ${error.message}`);
      this.wasAway = true;
    });
    this.client.on('ready', () => {
      if (this.wasAway) this.logger.log('Redis is back');
      this.wasAway = false;
    });
    // A failure to connect is told by the error event and mended by the retry strategy.
    this.client.connect().catch(() => undefined);
  }

  /** Whether Redis answers within a second. */
  async isUp(): Promise<boolean> {
    return this.client.ping().then(
      () => true,
      () => false,
    );
  }

  onApplicationShutdown(): void {
    this.client.disconnect();
  }
}

const MISSED = Symbol('missed');

/**
 * Tells every process that something was changed ("webhook whk_…"), so that caches drop it. In this process at once,
 * in the others through Redis; who has to be sure even while Redis is away reads changes from PostgreSQL as well.
 */
@Injectable()
export class ChangeFeed implements OnApplicationShutdown {
  private readonly emitter = new EventEmitter().setMaxListeners(100);
  private readonly subscriber: Redis;
  private readonly channel: string;

  constructor(
    @Inject(Config) config: Config,
    private readonly redis: RedisConnection,
  ) {
    this.channel = `${config.REDIS_PREFIX}:changes`;
    this.subscriber = new Redis(config.REDIS_URL, {
      lazyConnect: true,
      autoResubscribe: false,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    });
    this.subscriber.on('error', () => undefined);
    this.subscriber.on('ready', () => void this.subscribe());
    this.subscriber.on('message', (_channel, message: string) => {
      const [topic, ...ids] = message.split(' ');
      for (const id of ids) this.emitter.emit(topic, id);
    });
    this.subscriber.connect().catch(() => undefined);
  }

  /** Calls back when changes may have been missed: Redis was away, and is back. */
  onMissed(listener: () => void): void {
    this.emitter.on(MISSED, listener);
  }

  on(topic: string, listener: (id: string) => void): void {
    this.emitter.on(topic, listener);
  }

  /** One message for all of the ids, none for none. */
  async announce(topic: string, ...ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) this.emitter.emit(topic, id);
    await this.redis.client.publish(this.channel, [topic, ...ids].join(' ')).catch(() => undefined);
  }

  private async subscribe(): Promise<void> {
    try {
      await this.subscriber.subscribe(this.channel);
    } catch {
      // The connection broke again; the next one subscribes.
      return;
    }
    this.emitter.emit(MISSED);
  }

  onApplicationShutdown(): void {
    this.subscriber.disconnect();
    this.emitter.removeAllListeners();
  }
}

@Global()
@Module({ providers: [RedisConnection, ChangeFeed], exports: [RedisConnection, ChangeFeed] })
export class RedisModule {}
