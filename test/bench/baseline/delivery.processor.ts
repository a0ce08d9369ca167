import { createHmac } from 'node:crypto';
import { CreateRequestContext } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Process, Processor } from '@nestjs/bull';
import axios, { isAxiosError } from 'axios';
import type { Job } from 'bull';
import { Attempt, Delivery } from './entities';
import type { DeliveryJob } from './events';

const CONCURRENCY = 50;
const TIMEOUT_MS = 10_000;

@Processor('deliveries')
export class DeliveryProcessor {
  constructor(private readonly em: EntityManager) {}

  @Process({ concurrency: CONCURRENCY })
  @CreateRequestContext()
  async deliver(job: Job<DeliveryJob>): Promise<void> {
    const { deliveryId, url, secret, payload } = job.data;
    const delivery = await this.em.findOneOrFail(Delivery, deliveryId);
    delivery.attemptCount += 1;
    const attempt = new Attempt(delivery, delivery.attemptCount);

    const body = JSON.stringify(payload);
    attempt.requestHeaders = {
      'Content-Type': 'application/json',
      'X-Webhook-Event': payload.type,
      'X-Webhook-Delivery': delivery.id,
      'X-Webhook-Attempt': String(delivery.attemptCount),
      'X-Webhook-Signature': createHmac('sha256', secret).update(body).digest('hex'),
      'webhook-id': payload.id,
    };
    let failure: unknown = null;
    try {
      const response = await axios.post<string>(url, body, {
        headers: attempt.requestHeaders as Record<string, string>,
        timeout: TIMEOUT_MS,
        maxRedirects: 0,
        responseType: 'text',
      });
      attempt.statusCode = response.status;
      attempt.responseHeaders = response.headers;
      attempt.responseBody = response.data;
      delivery.status = 'DELIVERED';
      delivery.finishedAt = new Date();
    } catch (error) {
      failure = error;
      attempt.error = (error as Error).message;
      if (isAxiosError(error)) attempt.statusCode = error.response?.status ?? null;
      if (delivery.attemptCount >= 4) delivery.status = 'FAILED';
    }
    attempt.durationMs = Date.now() - attempt.startedAt.getTime();
    await this.em.persistAndFlush(attempt);
    if (failure) throw failure as Error;
  }
}
