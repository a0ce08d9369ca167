import { localServers } from '@app/embedded';
import { failToStart, loadConfig, readEnvironment, requireMigrations, reseal } from '@app/platform';

/**
 * npm run rotate-encryption-key: after ENCRYPTION_KEY was replaced and the old one put into PREVIOUS_ENCRYPTION_KEYS,
 * encrypts everything with the new one. Then PREVIOUS_ENCRYPTION_KEYS can be emptied. Harmless to run again.
 *
 * It also ends the upgrade from the format of secrets that is bound to no place. With `-- --accept-unbound`, secrets of
 * that format are accepted once more: only for a database whose content comes from a backup that nobody has changed.
 */
async function rotateEncryptionKey(): Promise<void> {
  const config = loadConfig(readEnvironment(localServers), []);
  await requireMigrations(config);
  const resealed = await reseal(config, { acceptUnbound: process.argv.includes('--accept-unbound') });
  for (const [column, count] of Object.entries(resealed))
    process.stdout.write(`${column}: ${count} encrypted again\n`);
  process.stdout.write(
    'Everything is encrypted with ENCRYPTION_KEY now; PREVIOUS_ENCRYPTION_KEYS can be emptied.\n',
  );
}

rotateEncryptionKey().catch(failToStart);
