import { Module } from '@nestjs/common';
import { SigningService } from './signing.service';

/** Signing for the process that sends. Everything below `core` is pure, and published without Nest. */
@Module({ providers: [SigningService], exports: [SigningService] })
export class SigningModule {}
