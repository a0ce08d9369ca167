/** The types that have a message of their own; the API infers the same ones (libs/webhooks). */
export type MessageType = 'SLACK' | 'DISCORD' | 'TEAMS';

export const MESSAGE_TYPE_NAMES: Record<MessageType, string> = {
  SLACK: 'Slack',
  DISCORD: 'Discord',
  TEAMS: 'Microsoft Teams',
};

/** What a URL belongs to, by its host; null for a server of one's own. */
export function messageTypeOf(url: string): MessageType | null {
  if (!URL.canParse(url.trim())) return null;
  const { hostname, pathname } = new URL(url.trim());
  if (hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com') return 'SLACK';
  if (/^((ptb|canary)\.)?discord(app)?\.com$/.test(hostname) && pathname.startsWith('/api/'))
    return 'DISCORD';
  if (/\.(webhook\.office\.com|logic\.azure\.com)$/.test(hostname)) return 'TEAMS';
  return null;
}
