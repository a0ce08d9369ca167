import { withLocalSecrets } from './local-secrets';

export type Environment = Record<string, string | undefined>;

/**
 * The environment of this process, with what may be filled in outside of production: made-up secrets, and what
 * `fallback` offers. In production it is taken as it is.
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
