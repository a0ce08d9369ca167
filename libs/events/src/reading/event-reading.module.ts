import { Module } from '@nestjs/common';
import { EventReader } from './event-reader';

/** For processes that show what has happened. */
@Module({ providers: [EventReader], exports: [EventReader] })
export class EventReadingModule {}
