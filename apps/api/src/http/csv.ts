import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';

export type Cell = string | number | boolean | Date | null;

/** The columns of an export: the name of each, and its cell for a row. */
export type Columns<Row> = Record<string, (row: Row) => Cell>;

const logger = new Logger('Csv');

/** What spreadsheets take for a formula, also in full-width forms. Phone numbers (`+1…`) begin so, too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A line of a CSV file (RFC 4180). A cell that a spreadsheet would run as a formula is prefixed with `'`. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  const safe = typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Streams rows as a CSV file, one page in memory at a time: the next page is read when the client has taken the one
 * before. An error before the first line is thrown; one after it cuts the response off, so that the client notices.
 */
export async function sendCsv<Row>(
  response: Response,
  fileName: string,
  columns: Columns<Row>,
  pages: AsyncGenerator<Row[]>,
): Promise<void> {
  const first = await pages.next();
  const cells = Object.values(columns);
  const linesOf = (rows: Row[]) => rows.map((row) => csvLine(cells.map((cell) => cell(row)))).join('');
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(Object.keys(columns));
    if (first.done) return;
    yield linesOf(first.value);
    for await (const rows of pages) if (rows.length > 0) yield linesOf(rows);
  }
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileName}"`,
    'Cache-Control': 'no-store',
  });
  try {
    await pipeline(Readable.from(lines(), { highWaterMark: 1 }), response);
  } catch (error) {
    const isClosedByClient = (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!isClosedByClient) logger.error({ err: error, msg: 'An export was cut off' });
  }
}

/** The pages of a list, one after the other. */
export async function* pagesOf<Row>(
  read: (cursor: string | undefined) => Promise<{ data: Row[]; nextCursor: string | null }>,
): AsyncGenerator<Row[]> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
