import { ChatServer, type FakeRequest, type FakeResponse } from './chat-server';

/**
 * The CRM of HubSpot: private app tokens, 190 requests in 10 s, calls with their required properties.
 * https://developers.hubspot.com/docs/api-reference/crm-calls-v3/guide and /developer-tooling/platform/usage-guidelines
 */
export class FakeHubSpot extends ChatServer {
  private sentAt: number[] = [];

  /**
   * @param token of the private app; another one has expired.
   * @param limit requests within `windowMs`; HubSpot: 190 in 10,000.
   */
  constructor(
    private readonly token: string,
    private readonly limit = 190,
    private readonly windowMs = 10_000,
  ) {
    super();
  }

  protected answer({ path, headers, body, at }: FakeRequest): FakeResponse {
    if (headers.authorization !== `Bearer ${this.token}`)
      return error(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired.');
    this.sentAt = this.sentAt.filter((time) => at - time < this.windowMs);
    if (this.sentAt.length >= this.limit)
      return error(429, 'RATE_LIMITS', 'You have reached your ten_secondly_rolling limit.');
    this.sentAt.push(at);
    if (path !== '/crm/v3/objects/calls') return error(404, 'OBJECT_NOT_FOUND', 'No such path');
    const violation = violationOf(body);
    return violation
      ? error(400, 'VALIDATION_ERROR', violation)
      : { status: 201, headers: JSON_TYPE, body: JSON.stringify({ id: String(this.accepted.length + 1) }) };
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };
const PROPERTIES = new Set([
  'hs_timestamp', 'hs_call_title', 'hs_call_body', 'hs_call_duration', 'hs_call_from_number', 'hs_call_to_number',
  'hs_call_recording_url', 'hs_call_status', 'hs_call_direction',
]); // prettier-ignore
const STATUSES = ['COMPLETED', 'FAILED', 'NO_ANSWER', 'BUSY', 'CANCELED', 'MISSED', 'IN_PROGRESS', 'QUEUED', 'RINGING', 'CONNECTING', 'CALLING_CRM_USER']; // prettier-ignore

function error(status: number, category: string, message: string): FakeResponse {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ status: 'error', category, message }) };
}

function violationOf(json: string): string | null {
  const { properties, associations = [] } = JSON.parse(json) as {
    properties?: Record<string, unknown>;
    associations?: { to?: { id?: unknown }; types?: { associationCategory?: string; associationTypeId?: number }[] }[];
  }; // prettier-ignore
  if (!properties?.hs_timestamp) return 'hs_timestamp is required';
  const unknown = Object.keys(properties).find((name) => !PROPERTIES.has(name));
  if (unknown) return `Property "${unknown}" does not exist`;
  if (!STATUSES.includes(String(properties.hs_call_status))) return 'hs_call_status was not one of the allowed options';
  if (!['INBOUND', 'OUTBOUND'].includes(String(properties.hs_call_direction))) return 'hs_call_direction was not one of the allowed options';
  if (!/^\d*$/.test(String(properties.hs_call_duration))) return 'hs_call_duration was not a valid long';
  for (const { to, types } of associations)
    if (!to?.id || types?.[0]?.associationTypeId !== 194) return 'associations: contact to associate is missing';
  return null;
} // prettier-ignore
