import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Environment = Record<string, string | undefined>;

/**
 * Outside production, generates the secrets that an environment lacks: once, stored in `DATA_DIR/secrets.json`
 * (mode 0600), so that every process and every later start uses the same ones. In production nothing is generated.
 * @returns a copy of the environment with the missing secrets filled in; an empty variable of any other name stays empty.
 */
export function withLocalSecrets(environment: Environment): Environment {
  if (environment['NODE_ENV'] === 'production') return environment;
  const dataDir = environment['DATA_DIR'] || '.data';
  const file = join(dataDir, 'secrets.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Environment) : {};
  const secrets: Environment = {
    PUBLISHER_TOKEN: kept['PUBLISHER_TOKEN'] ?? `pub_${randomBytes(24).toString('base64url')}`,
    ENCRYPTION_KEY: kept['ENCRYPTION_KEY'] ?? randomBytes(32).toString('base64'),
    ADMIN_EMAIL: kept['ADMIN_EMAIL'] ?? 'admin@skipcalls.example',
    ADMIN_PASSWORD: kept['ADMIN_PASSWORD'] ?? randomBytes(12).toString('base64url'),
  };
  if (Object.keys(secrets).some((name) => kept[name] === undefined)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify({ ...kept, ...secrets }, null, 2) + '\n', { mode: 0o600 });
  }
  const filled = { ...environment };
  for (const [name, value] of Object.entries(secrets)) filled[name] ||= value;
  return filled;
}
