/**
 * Makes accounts and webhooks by SQL: thousands through the API would take longer than what is to be measured. The
 * rows are those that the API would have written, sealed secret included, so every delivery is signed.
 */
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DIST, SECRETS } from './house.mjs';

const require = createRequire(import.meta.url);

/**
 * @param house where
 * @param options `accounts`: how many; `webhooksPerAccount`; `url(number)`: of each webhook; `columns`: more columns for all webhooks
 * @returns `{accounts: ids, webhooks: [{id, number, account, url}]}`; `account` is the index in `accounts`
 */
export async function makeCustomers(house, { accounts, webhooksPerAccount = 2, url, columns = {} }) {
  const { newId, toUuid } = require(join(DIST, 'libs/platform/src/ids.js'));
  const { SecretBox } = require(join(DIST, 'libs/platform/src/crypto/secret-box.js'));
  const box = new SecretBox({ ENCRYPTION_KEY: SECRETS.ENCRYPTION_KEY, PREVIOUS_ENCRYPTION_KEYS: [] });
  const accountIds = Array.from({ length: accounts }, () => newId('acc'));
  const webhooks = Array.from({ length: accounts * webhooksPerAccount }, (_, number) => ({
    id: newId('whk'),
    number,
    account: Math.floor(number / webhooksPerAccount),
    url: url(number),
  }));
  await house.sql('insert into accounts (id, name) select id, $2 from unnest($1::uuid[]) as t (id)', [
    accountIds.map(toUuid),
    'Benchmark',
  ]);
  const extra = Object.keys(columns);
  await house.sql(
    `insert into webhooks (id, account_id, name, url, events, format, status, sealed_secrets, retry_policy
       ${extra.map((name) => `, ${name}`).join('')})
     select id, account_id, 'Benchmark', url, '{CALL_COMPLETED}', 'DEFAULT', 'ACTIVE', jsonb_build_array(jsonb_build_object('sealed', secret, 'hint', '…test', 'expiresAt', null)), 'STANDARD'
       ${extra.map((_, i) => `, $${i + 5}`).join('')}
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as t (id, account_id, url, secret)`,
    [
      webhooks.map(({ id }) => toUuid(id)),
      webhooks.map(({ account }) => toUuid(accountIds[account])),
      webhooks.map((webhook) => webhook.url),
      webhooks.map(({ id }) =>
        box.seal(`whsec_${randomBytes(24).toString('base64')}`, {
          table: 'webhooks',
          column: 'sealed_secrets',
          key: [toUuid(id)],
        }),
      ),
      ...Object.values(columns),
    ],
  );
  return { accounts: accountIds, webhooks };
}

/** Forgets all events and customers; the tables' files are new ones afterwards. */
export async function forgetEverything(house) {
  await house.sql(
    'truncate accounts, api_keys, webhooks, events, deliveries, attempts, delivery_leases, manual_attempts cascade',
  );
  await house.redis.command('flushall');
}
