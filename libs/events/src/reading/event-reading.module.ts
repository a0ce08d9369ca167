import { Module } from '@nestjs/common';
import { PhoneSearch } from './phone-search';
import { CallReader } from './call-reader';
import { EventReader } from './event-reader';

/** For processes that show what has happened. */
@Module({
  providers: [EventReader, CallReader, PhoneSearch],
  exports: [EventReader, CallReader, PhoneSearch],
})
export class EventReadingModule {}
