import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { Config } from '../config/config';

/** Where Nest tells of each module and route that it sets up: a page of lines at every start. */
const SETTING_UP = new Set<unknown>(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * Nest's logger by pino: structured lines, one wide one for each event and attempt. What stands in a line is told by
 * whoever writes it, the request's id too: a context that follows each request by async hooks would slow every promise
 * of the process down.
 */
@Injectable()
export class StructuredLogger implements LoggerService {
  readonly pino: Logger;

  constructor(config: Config) {
    this.pino = pino({
      level: config.LOG_LEVEL,
      serializers: { err: describeError },
      redact: ['req.headers', 'authorization', 'secret', 'apiKey'],
    });
  }

  /** Logs each request when it is answered. */
  requests() {
    return pinoHttp({
      logger: this.pino,
      // One line an event and one an attempt are written by those who know; a line a request on top would double it.
      autoLogging: {
        ignore: (request: IncomingMessage) =>
          /^\/(internal|health|metrics|inspector)/.test(request.url ?? ''),
      },
      genReqId: (request: IncomingMessage) => (request as { id?: string }).id ?? '',
      // By path only: query strings, headers and bodies can hold personal data.
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          path: request.url.split('?')[0],
        }),
        res: (response: ServerResponse) => ({ statusCode: response.statusCode }),
        err: describeError,
      },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(SETTING_UP.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest hands on: message, further values (a text to an object, a stack), and last the context. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = rest.pop();
    if (message instanceof Error) this.pino[level]({ err: message, context }, message.message);
    else if (typeof message === 'object' && message !== null) {
      const text = typeof rest[0] === 'string' ? rest[0] : undefined;
      this.pino[level]({ context, ...message }, text);
    } else
      this.pino[level]({ context, ...(rest[0] === undefined ? {} : { stack: rest[0] }) }, String(message));
  }
}

/** MikroORM's errors repeat the whole statement with its values; what PostgreSQL said is enough, and holds no personal data. */
function describeError(error: Error & { code?: string; previous?: Error }): Record<string, unknown> {
  const message = error.previous?.message ?? error.message;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, code: error.code, message, stack: frames?.join('\n') };
}
