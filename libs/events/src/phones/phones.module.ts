import { Module } from '@nestjs/common';
import { PhoneIndex } from './phone-index';

/** Builds the index of phone numbers in the background. Imported by the dispatcher only. */
@Module({ providers: [PhoneIndex], exports: [PhoneIndex] })
export class PhoneIndexModule {}
