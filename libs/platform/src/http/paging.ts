import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min, MaxLength } from 'class-validator';
import { isId, type IdPrefix } from '../ids';
import { Problem } from './problem';

/** `limit` and `cursor` of every list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50, description: 'How many to answer with' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

/** What every list answers. `nextCursor` is null on the last page. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/**
 * The id after which a page goes on. Lists are newest first and ids sort by time, so a cursor is the last id of the
 * page before: rows that arrive meanwhile neither shift nor repeat anything.
 * @throws Problem validation_failed when the cursor is not one of ours.
 */
export function afterCursor<P extends IdPrefix>(prefix: P, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!isId(prefix, id)) throw Problem.invalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return id;
}

/** The cursor for what comes after an id. */
export function cursorAfter(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** Makes a page of rows that were read with one row more than the limit. */
export function toPage<Row extends { id: string }, T>(
  rows: Row[],
  limit: number,
  view: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(view),
    nextCursor: rows.length > limit && last ? cursorAfter(last.id) : null,
  };
}
