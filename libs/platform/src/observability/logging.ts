import type { IncomingMessage } from 'node:http';
import { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { Config } from '../config/config';

/** Structured logs by pino. Requests are logged by path only: query strings, headers and bodies can hold personal data. */
export function loggingModule(config: Config): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: {
      level: config.LOG_LEVEL,
      // One line an event and one an attempt are written by those who know; a line a request on top would double it.
      autoLogging: {
        ignore: (request: IncomingMessage) =>
          /^\/(internal|health|metrics|inspector)/.test(request.url ?? ''),
      },
      genReqId: (request: IncomingMessage) => (request as { id?: string }).id ?? '',
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          path: request.url.split('?')[0],
        }),
        res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
        err: describeError,
      },
      redact: ['req.headers', 'authorization', 'secret', 'apiKey'],
    },
  });
}

/** MikroORM's errors repeat the whole statement with its values; what PostgreSQL said is enough, and holds no personal data. */
function describeError(error: Error & { code?: string; previous?: Error }): Record<string, unknown> {
  const message = error.previous?.message ?? error.message;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, code: error.code, message, stack: frames?.join('\n') };
}
