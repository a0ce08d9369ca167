import { Type } from '@mikro-orm/core';
import { fromUuid, toUuid, type IdPrefix } from '../ids';

/** Maps a prefixed id (`evt_…`) to the bare `uuid` that the database stores. */
export class IdType extends Type<string | null, string | null> {
  constructor(private readonly prefix: IdPrefix) {
    super();
  }

  override convertToDatabaseValue(id: string | null): string | null {
    return id === null || id === undefined ? null : toUuid(id);
  }

  override convertToJSValue(uuid: string | null): string | null {
    // The identity map hands values back that are converted already.
    return uuid === null || uuid === undefined || uuid.includes('_') ? uuid : fromUuid(this.prefix, uuid);
  }

  override getColumnType(): string {
    return 'uuid';
  }

  override compareAsType(): string {
    return 'string';
  }
}
