import { Process, Processor } from '@nestjs/bull';
import { MANUAL_JOB, type ManualJob, ManualSender } from '@app/delivery';
import { QUEUES } from '@app/platform';
import type { Job } from 'bull';

/** What the API and the backoffice ask for. Running one twice is harmless: a wish is taken once. */
@Processor(QUEUES.commands)
export class CommandsProcessor {
  constructor(private readonly manual: ManualSender) {}

  @Process({ name: MANUAL_JOB, concurrency: 50 })
  async send(job: Job<ManualJob>): Promise<void> {
    await this.manual.send(job.data.ids);
  }
}
