import { ChatServer, type FakeRequest, type FakeResponse } from './chat-server';

interface CardMessage {
  type?: string;
  attachments?: { contentType?: string; content?: { type?: string; version?: string; body?: unknown[] } }[];
}

/**
 * Workflows of Teams: 202, at most 28 KB, four messages a second.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export class FakeTeams extends ChatServer {
  private sentAt: number[] = [];

  /** @param windowMs how long four messages last; Teams: 1,000. */
  constructor(private readonly windowMs = 1_000) {
    super();
  }

  protected answer({ body, at }: FakeRequest): FakeResponse {
    this.sentAt = this.sentAt.filter((time) => at - time < this.windowMs);
    if (this.sentAt.length >= 4)
      return { status: 429, headers: { 'retry-after': '1' }, body: 'Too many requests' };
    if (Buffer.byteLength(body) > 28 * 1_024) return { status: 413, body: 'Request Entity Too Large' };
    const message = JSON.parse(body) as CardMessage;
    const [attachment] = message.attachments ?? [];
    const isCard =
      message.type === 'message' &&
      attachment?.contentType === 'application/vnd.microsoft.card.adaptive' &&
      attachment.content?.type === 'AdaptiveCard' &&
      Array.isArray(attachment.content.body);
    if (!isCard) return { status: 400, body: 'Bad payload received by generic incoming webhook.' };
    this.sentAt.push(at);
    return { status: 202, body: '' };
  }
}
