import 'reflect-metadata';
import {
  Controller,
  HttpCode,
  Inject,
  Module,
  Post,
  Req,
  UnauthorizedException,
  type RawBodyRequest,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { verify, WebhookVerificationError, type DefaultPayload } from '@skipcalls/webhooks';

const SECRET = Symbol('the webhook secret');
const KEEP = Symbol('where payloads are kept');
type Keep = (payload: DefaultPayload) => Promise<void>;

@Controller('webhooks/skipcalls')
class SkipCallsController {
  constructor(
    @Inject(SECRET) private readonly secret: string,
    @Inject(KEEP) private readonly keep: Keep,
  ) {}

  @Post()
  @HttpCode(204)
  async receive(@Req() request: RawBodyRequest<Request>): Promise<void> {
    await this.keep(this.verified(request));
  }

  private verified(request: RawBodyRequest<Request>): DefaultPayload {
    try {
      return verify(request.rawBody!, request.headers, this.secret);
    } catch (error) {
      if (error instanceof WebhookVerificationError) throw new UnauthorizedException(error.message);
      throw error;
    }
  }
}

@Module({})
class AppModule {}

/** @param keep puts the payload where it is safe and worked on later: a queue, a table. It should be quick. */
export async function start(port: number, secret: string, keep: Keep) {
  const module = {
    module: AppModule,
    controllers: [SkipCallsController],
    providers: [
      { provide: SECRET, useValue: secret },
      { provide: KEEP, useValue: keep },
    ],
  };
  // rawBody: Nest keeps the bytes beside the parsed body, as request.rawBody.
  const app = await NestFactory.create<NestExpressApplication>(module, { rawBody: true, logger: false });
  app.useBodyParser('json', { limit: '5mb' });
  await app.listen(port, '127.0.0.1');
  return app.getHttpServer();
}
