/**
 * The baseline that `npm run bench` compares with: a webhook service as it is usually written with this stack. An
 * event, its deliveries and their jobs are stored one at a time, a job carries the whole payload, axios sends it, and
 * each attempt is persisted and flushed. Nothing is slowed down on purpose: validation, logging and settings are as
 * light as in the service it is compared with, and connections are kept alive.
 */
import 'reflect-metadata';
import { MikroORM, ReflectMetadataProvider } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { BullModule } from '@nestjs/bull';
import { Controller, Get, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DeliveryProcessor } from './delivery.processor';
import { Attempt, Delivery, Event, Webhook } from './entities';
import { EventsController, EventsService } from './events';

@Controller('health/ready')
class HealthController {
  @Get()
  ready(): { status: 'ok' } {
    return { status: 'ok' };
  }
}

@Module({
  imports: [
    MikroOrmModule.forRoot({
      driver: PostgreSqlDriver,
      clientUrl: process.env.DATABASE_URL,
      metadataProvider: ReflectMetadataProvider,
      entities: [Webhook, Event, Delivery, Attempt],
    }),
    BullModule.forRoot({ url: process.env.REDIS_URL, prefix: process.env.REDIS_PREFIX }),
    BullModule.registerQueue({ name: 'deliveries' }),
  ],
  controllers: [EventsController, HealthController],
  providers: [EventsService, DeliveryProcessor],
})
class BaselineModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(BaselineModule, {
    logger: ['error', 'warn'],
    bodyParser: false,
  });
  app.useBodyParser('json', { limit: '1mb' });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  app.enableShutdownHooks();
  await app.get(MikroORM).getSchemaGenerator().updateSchema();
  await app.listen(Number(process.env.PORT));
}

void main();
