import type { TemplateError } from '@app/formatting';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';

/** The result of an attempt for which nothing was sent. */
export function notSent(target: WebhookTarget | null, errorText: string, now: number): AttemptResult {
  return {
    outcome: 'NOT_SENT',
    startedAt: now,
    durationMs: 0,
    statusCode: null,
    errorCode: 'NOT_SENT',
    errorText,
    requestUrl: target?.shownUrl ?? '',
    requestHeaders: '{}',
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    retryAfterMs: null,
  };
}

/** A template that fails would fail again; one that takes too long may be faster on a machine that is less busy. */
export function templateFailed(target: WebhookTarget, error: TemplateError, now: number): AttemptResult {
  const errorText = `The template ${error.path} failed: ${error.message.replace(/\.$/, '')}. Nothing was sent. Correct the template, then retry the delivery.`;
  return { ...notSent(target, errorText, now), errorCode: 'TEMPLATE_FAILED', isFinal: !error.isLimit };
}
