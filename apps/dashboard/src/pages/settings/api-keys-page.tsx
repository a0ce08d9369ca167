import { Tabs } from 'radix-ui';
import { useLocation } from 'wouter';
import { Page } from '../../shell/page';
import { WebhooksTab } from '../webhooks/webhooks-tab';
import { KeysTab } from './keys-tab';

/** Settings → API Keys, with its Webhooks tab: each tab has an address of its own. */
export function ApiKeysPage({ tab }: { tab: 'keys' | 'webhooks' }) {
  const [, navigate] = useLocation();
  return (
    <Page
      title="API Keys"
      crumbs={[{ name: 'Settings', to: '/settings' }]}
      intro="Connect your own systems: call our API with a key, or let us call you with a webhook."
    >
      <Tabs.Root
        value={tab}
        onValueChange={(next) => navigate(next === 'keys' ? '/settings/api-keys' : '/settings/webhooks')}
      >
        <Tabs.List className="tabs-list" aria-label="API Keys">
          <Tabs.Trigger className="tab" value="keys">
            API Keys
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="webhooks">
            Webhooks
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="keys" tabIndex={-1}>
          <KeysTab />
        </Tabs.Content>
        <Tabs.Content value="webhooks" tabIndex={-1}>
          <WebhooksTab />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  );
}
