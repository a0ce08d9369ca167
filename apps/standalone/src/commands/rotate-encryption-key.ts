import { localServers } from '@app/embedded';
import {
  failToStart,
  loadConfig,
  readEnvironment,
  requireMigrations,
  reseal,
  SecretBox,
} from '@app/platform';

/**
 * npm run rotate-encryption-key: after ENCRYPTION_KEY was replaced and the old one put into PREVIOUS_ENCRYPTION_KEYS,
 * encrypts everything with the new one. Then PREVIOUS_ENCRYPTION_KEYS can be emptied. Harmless to run again.
 */
async function rotateEncryptionKey(): Promise<void> {
  const config = loadConfig(readEnvironment(localServers), []);
  await requireMigrations(config);
  const resealed = await reseal(config.DATABASE_URL, new SecretBox(config));
  for (const [column, count] of Object.entries(resealed))
    process.stdout.write(`${column}: ${count} encrypted anew\n`);
  process.stdout.write(
    'Everything is encrypted with ENCRYPTION_KEY now; PREVIOUS_ENCRYPTION_KEYS can be emptied.\n',
  );
}

rotateEncryptionKey().catch(failToStart);
