import { Injectable } from '@nestjs/common';
import { MIGRATIONS } from '../database/migrations';
import { Sql } from '../database/sql';
import { RedisConnection } from '../redis';

const ANSWER_WITHIN_MS = 2_000;

/** The state of one dependency; null if it is up, else what is wrong with it. */
export type Trouble = string | null;

/** Asks the servers that this process depends on. */
@Injectable()
export class DependencyHealth {
  constructor(
    private readonly sql: Sql,
    private readonly redisConnection: RedisConnection,
  ) {}

  async postgres(): Promise<Trouble> {
    return withinTime(this.sql.execute('select 1')).then(
      () => null,
      () => 'does not respond',
    );
  }

  async redis(): Promise<Trouble> {
    return (await this.redisConnection.isUp()) ? null : 'does not respond';
  }

  async migrations(): Promise<Trouble> {
    try {
      const applied = await withinTime(this.sql.rows<{ name: string }>('select name from schema_migrations'));
      const names = new Set(applied.map(({ name }) => name));
      const pending = MIGRATIONS.filter(({ name }) => !names.has(name)).map(({ name }) => name);
      return pending.length === 0 ? null : `pending: ${pending.join(', ')}`;
    } catch {
      return 'cannot be read';
    }
  }
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), ANSWER_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
