import { atMost, ChatServer, type FakeRequest, type FakeResponse } from './chat-server';

interface Block {
  type: string;
  text?: { type: string; text: string };
  fields?: { type: string; text: string }[];
}

/**
 * Incoming webhooks of Slack: one message per second and channel, `invalid_payload`, archived channels, revoked hooks.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and /apis/web-api/rate-limits
 */
export class FakeSlack extends ChatServer {
  readonly archived = new Set<string>();
  readonly revoked = new Set<string>();
  private readonly lastByChannel = new Map<string, number>();

  /** @param everyMs how often one channel takes a message; Slack: 1,000. */
  constructor(private readonly everyMs = 1_000) {
    super();
  }

  protected answer({ path, headers, body, at }: FakeRequest): FakeResponse {
    if (this.revoked.has(path)) return { status: 404, body: 'no_service' };
    if (this.archived.has(path)) return { status: 410, body: 'channel_is_archived' };
    const last = this.lastByChannel.get(path);
    if (last !== undefined && at - last < this.everyMs) {
      const seconds = Math.max(1, Math.ceil((this.everyMs - (at - last)) / 1_000));
      return { status: 429, headers: { 'retry-after': String(seconds) }, body: 'rate_limited' };
    }
    const violation = /^application\/json/.test(headers['content-type'] ?? '')
      ? violationOf(body)
      : 'content type';
    if (violation) return { status: 400, body: `invalid_payload: ${violation}` };
    this.lastByChannel.set(path, at);
    return { status: 200, body: 'ok' };
  }
}

function violationOf(json: string): string | null {
  let message: { text?: unknown; blocks?: Block[] };
  try {
    message = JSON.parse(json) as typeof message;
  } catch {
    return 'not JSON';
  }
  if (typeof message.text !== 'string' || message.text === '') return 'no_text';
  if (/<!(channel|here|everyone)/.test(json)) return 'a mention of the whole channel';
  if ((message.blocks?.length ?? 0) > 50) return 'too many blocks';
  for (const block of message.blocks ?? []) {
    if (block.type === 'section' && !block.text && !block.fields?.length) return 'an empty section';
    if (block.text?.text === '') return 'an empty text';
    if ((block.fields?.length ?? 0) > 10) return 'too many fields';
    const found =
      atMost(block.type, block.text?.text, block.type === 'header' ? 150 : 3_000) ??
      (block.fields ?? []).map((field) => atMost('a field', field.text, 2_000)).find(Boolean);
    if (found) return found;
  }
  return null;
}
