import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { LateAnswers } from './late-answers';
import { PayloadExpunger } from './payload-expunger';

/** For processes where somebody may ask to forget a payload. */
@Module({ imports: [AccountsModule], providers: [PayloadExpunger], exports: [PayloadExpunger] })
export class ExpungeModule {}

/** Imported by the dispatcher only. */
@Module({ imports: [ExpungeModule], providers: [LateAnswers] })
export class LateAnswersModule {}
