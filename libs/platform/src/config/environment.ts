import { withLocalSecrets } from './local-secrets';

export type Environment = Record<string, string | undefined>;

/**
 * The environment of this process. Outside production, missing variables are filled in: secrets are generated, and
 * `fallback` supplies others. In production it is used as it is.
 */
export function readEnvironment(
  fallback: (environment: Environment) => Environment = () => ({}),
): Environment {
  const given = process.env;
  if (given['NODE_ENV'] === 'production') return given;
  const environment = withLocalSecrets(given);
  for (const [name, value] of Object.entries(fallback(environment))) environment[name] ||= value;
  return environment;
}
