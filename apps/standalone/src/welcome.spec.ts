import { loadConfig } from '@app/platform';
import type { Demo } from './demo/demo-account';
import { welcome } from './welcome';

const PASSWORD = 'the-generated-first-password';
const config = loadConfig({
  DATABASE_URL: 'postgres://localhost/x',
  REDIS_URL: 'redis://localhost',
  PUBLISHER_TOKEN: 'publisher-token-of-the-tests',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  ADMIN_EMAIL: 'admin@skipcalls.test',
  ADMIN_PASSWORD: PASSWORD,
});
const demo: Demo = { apiKey: 'key', accountId: 'acc_1', isNew: false, obstacle: null };

describe('what npm start prints', () => {
  it('should contain the first password only until somebody has replaced it', () => {
    expect(welcome(config, demo, true)).toContain(PASSWORD);
    expect(welcome(config, demo, false)).not.toContain(PASSWORD);
  });
});
