import { Module } from '@nestjs/common';
import { AuthModule } from './auth';

/** What customers call (`/v1`), and their dashboard. Makes no outgoing call: what has to be sent goes to the dispatcher. */
@Module({ imports: [AuthModule] })
export class ApiModule {}
