import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AccountService, ApiKeyService, type Account, type Actor } from '@app/accounts';
import { EVENT_TYPES } from '@app/formatting';
import { Config } from '@app/platform';
import { generateSecret } from '@app/signing';
import { WebhookService } from '@app/webhooks';

/** The demo account, as it stands after a start. */
export interface Demo {
  /** Made by this start. */
  isNew: boolean;
  accountId: string;
  apiKey: string;
  /** Why the inspector gets nothing; null if it does. */
  obstacle: string | null;
}

const DEMO: Actor = { kind: 'system', id: 'demo' };
const EXTERNAL_ID = 'demo';
const WEBHOOK_NAME = 'Inspector';

/** Makes the demo account, its key and its webhook through the services that customers' ones come from. */
@Injectable()
export class DemoAccount {
  constructor(
    private readonly accounts: AccountService,
    private readonly keys: ApiKeyService,
    private readonly webhooks: WebhookService,
    private readonly config: Config,
  ) {}

  /** Where the demo's webhook sends to. */
  get hookUrl(): string {
    return `http://127.0.0.1:${this.config.PORT}/inspector/hooks/demo`;
  }

  /** What is there already is used again. */
  async prepare(): Promise<Demo> {
    const isNew = (await this.find()) === null;
    const { account, apiKey } = await this.accountAndKey();
    return { isNew, accountId: account.id, apiKey, obstacle: await this.prepareWebhook(account.id) };
  }

  async find(): Promise<Account | null> {
    return this.accounts.findByExternalId(EXTERNAL_ID);
  }

  private async accountAndKey(): Promise<{ account: Account; apiKey: string }> {
    const account = await this.find();
    if (!account) {
      const made = await this.accounts.create({ name: 'Demo', externalId: EXTERNAL_ID }, DEMO);
      return { account: made.account, apiKey: this.keep(made.plainKey) };
    }
    const kept = this.keptKey();
    if (kept && (await this.keys.authenticate(kept))?.accountId === account.id)
      return { account, apiKey: kept };
    // Keys are stored hashed: one that is not at hand any more cannot be shown, but another can be made.
    const issued = await this.keys.issue(account.id, { name: 'Demo key' }, DEMO);
    return { account, apiKey: this.keep(issued.plainKey) };
  }

  private async prepareWebhook(accountId: string): Promise<string | null> {
    const present = (await this.webhooks.list(accountId, { limit: 200 })).find(
      ({ name }) => name === WEBHOOK_NAME,
    );
    try {
      if (!present) {
        const input = {
          name: WEBHOOK_NAME,
          url: this.hookUrl,
          events: [...EVENT_TYPES],
          secret: generateSecret(),
        };
        await this.webhooks.create(accountId, input, { actor: DEMO });
      } else if (present.url !== this.hookUrl) {
        // The port is another one today.
        await this.webhooks.update(accountId, present.id, { url: this.hookUrl }, { actor: DEMO });
      }
      return present && present.status !== 'ACTIVE'
        ? `its webhook "${WEBHOOK_NAME}" is ${present.status}`
        : null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  private get keyFile(): string {
    return join(this.config.DATA_DIR, 'demo.json');
  }

  private keptKey(): string | null {
    if (!existsSync(this.keyFile)) return null;
    return (JSON.parse(readFileSync(this.keyFile, 'utf8')) as { apiKey: string }).apiKey;
  }

  private keep(apiKey: string): string {
    mkdirSync(this.config.DATA_DIR, { recursive: true });
    writeFileSync(this.keyFile, JSON.stringify({ apiKey }, null, 2) + '\n', { mode: 0o600 });
    return apiKey;
  }
}
