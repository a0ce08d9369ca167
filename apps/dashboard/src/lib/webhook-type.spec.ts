import { messageTypeOf } from './webhook-type';

describe('the type of a pasted URL', () => {
  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'SLACK'],
    [' https://hooks.slack-gov.com/services/T/B/x', 'SLACK'],
    ['https://discord.com/api/webhooks/1/x', 'DISCORD'],
    ['https://canary.discord.com/api/webhooks/1/x', 'DISCORD'],
    ['https://discordapp.com/api/webhooks/1/x', 'DISCORD'],
    ['https://discord.com/channels/1', null],
    ['https://acme.webhook.office.com/webhookb2/x', 'TEAMS'],
    ['https://prod-1.westeurope.logic.azure.com/workflows/x', 'TEAMS'],
    ['https://hooks.slack.com.example.com/x', null],
    ['https://example.com/hooks.slack.com', null],
    ['https://', null],
    ['text', null],
  ])('of %s is %s', (url, type) => expect(messageTypeOf(url)).toBe(type));
});
