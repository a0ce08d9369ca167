import { ChatServer, type FakeRequest, type FakeResponse } from './chat-server';

interface Embed {
  title?: string;
  description?: string;
  fields?: { name: string; value: string }[];
}

/**
 * Webhooks of Discord: a bucket of 5 messages in 2 s for each webhook, `retry_after` as a float in the body, messages
 * only with `?wait=true`, and a ban after too many bad responses.
 * https://discord.com/developers/docs/topics/rate-limits and /resources/webhook#execute-webhook
 */
export class FakeDiscord extends ChatServer {
  readonly deleted = new Set<string>();
  readonly sentAt = new Map<string, number[]>();
  private badResponses = 0;

  /** @param windowMs how long a bucket of five lasts; Discord: 2,000. */
  constructor(
    private readonly windowMs = 2_000,
    private readonly banAfter = 10_000,
  ) {
    super();
  }

  protected answer({ path, query, body, at }: FakeRequest): FakeResponse {
    if (this.badResponses >= this.banAfter) return { status: 429, body: 'error code: 1015' };
    if (this.deleted.has(path)) return this.bad(404, { message: 'Unknown Webhook', code: 10_015 });
    const recent = (this.sentAt.get(path) ?? []).filter((time) => at - time < this.windowMs);
    if (recent.length >= 5) {
      const seconds = (this.windowMs - (at - recent[0])) / 1_000;
      return this.bad(
        429,
        { message: 'You are being rate limited.', retry_after: Number(seconds.toFixed(3)), global: false },
        { 'retry-after': String(Math.ceil(seconds)), 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0' },
      );
    }
    const violation = violationOf(body);
    if (violation) return this.bad(400, { message: 'Invalid Form Body', code: 50_035, errors: violation });
    this.sentAt.set(path, [...recent, at]);
    return query.get('wait') === 'true'
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"1","type":0}' }
      : { status: 204, body: '' };
  }

  private bad(status: number, body: object, headers: Record<string, string> = {}): FakeResponse {
    this.badResponses += 1;
    return {
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
  }
}

function violationOf(json: string): string | null {
  const message = JSON.parse(json) as {
    content?: string;
    embeds?: Embed[];
    allowed_mentions?: { parse?: unknown[] };
  };
  if (message.allowed_mentions?.parse?.length !== 0) return 'mentions are not off';
  if ((message.content ?? '').length > 2_000) return 'content';
  if ((message.embeds ?? []).length > 10) return 'embeds';
  let total = 0;
  for (const { title = '', description = '', fields = [] } of message.embeds ?? []) {
    if (title.length > 256 || description.length > 4_096 || fields.length > 25) return 'embed';
    total += title.length + description.length;
    for (const { name, value } of fields) {
      if (name === '' || value === '' || name.length > 256 || value.length > 1_024) return 'field';
      total += name.length + value.length;
    }
  }
  return total > 6_000 ? 'embeds are longer than 6,000 together' : null;
}
