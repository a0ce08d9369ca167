import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { Config } from '../config/config';
import { describeError, onlyFrames, safeMessage } from './describe-error';

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
      serializers: { err: (error: unknown) => describeError(error) },
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
        err: (error: unknown) => describeError(error),
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

  /** Nest passes: message, further values (a text to an object, an error, a stack), and last the context. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = rest.pop();
    const [more] = rest;
    if (message instanceof Error) {
      this.pino[level]({ err: message, context }, safeMessage(message));
    } else if (typeof message === 'object' && message !== null) {
      this.pino[level]({ context, ...withoutValues(message) }, typeof more === 'string' ? more : undefined);
    } else if (more instanceof Error) {
      this.pino[level]({ context, err: more }, String(message));
    } else if (typeof more === 'string') {
      const { text, fields } = ofUnknownError(String(message), more);
      this.pino[level]({ context, ...fields }, text);
    } else {
      this.pino[level]({ context }, String(message));
    }
  }
}

/** An error under any name is described; pino would write each of its properties. */
function withoutValues(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error && name !== 'err' ? describeError(value) : (value as unknown),
    ]),
  );
}

/** The convention `error(message, stack)`: the message is that of an error which is not known any more. */
function ofUnknownError(message: string, stack: string): { text: string; fields: object } {
  const type = /^[\w$]+/.exec(stack)?.[0] ?? '';
  const mayQuoteValues = /^(error|\w*Exception|ValidationError|NotFoundError|SyntaxError)$/.test(type);
  return { text: mayQuoteValues ? type : message, fields: { stack: onlyFrames(stack) } };
}
