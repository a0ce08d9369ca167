import type { FieldError } from '@app/platform';
import type { CustomHeaders } from '../custom-headers';
import type { WebhookType } from '../webhook-type';
import { setsAuthorization, type WebhookAuth } from './webhook-auth';

/** What is wrong with an authentication beside the other settings of its webhook. */
export function authMisfits(
  { type, url }: { type: WebhookType; url: string },
  headers: CustomHeaders,
  auth: WebhookAuth | null,
): FieldError[] {
  if (auth === null) return [];
  if (type !== 'HTTP' && type !== 'CUSTOM')
    return [{ path: 'auth', message: `cannot be used with type ${type}: send null to drop it` }];
  if (auth.type === 'MTLS' && !/^https:/i.test(url))
    return [{ path: 'auth', message: 'of type MTLS needs a URL that begins with https://' }];
  const name = Object.keys(headers).find((header) => header.toLowerCase() === 'authorization');
  return name !== undefined && setsAuthorization(auth)
    ? [{ path: `headers.${name}`, message: `cannot be set beside auth of type ${auth.type}, which sets it` }]
    : [];
}
