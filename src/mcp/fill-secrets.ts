import { fail, succeed, type Result } from '#lib/result.ts';

/** A variable of the deployment; undefined where it is not set. */
export type SecretOf = (name: string) => string | undefined;

const PLACEHOLDER = /\$\{([A-Za-z_]\w*)\}/g;

/** Puts the deployment's variables in for `${NAME}`. Contract: the problem is the name of the one that is missing. */
export function fillSecrets(
  texts: Readonly<Record<string, string>>,
  secretOf: SecretOf,
): Result<Readonly<Record<string, string>>, string> {
  const missing = secretNames(texts).find((name) => valueOf(name, secretOf) === undefined);
  if (missing !== undefined) return fail(missing);
  return succeed(
    Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [
        key,
        text.replaceAll(PLACEHOLDER, (_, name: string) => valueOf(name, secretOf) ?? ''),
      ]),
    ),
  );
}

/** The names of the variables that texts ask for. */
export const secretNames = (texts: Readonly<Record<string, string>>): string[] =>
  Object.values(texts).flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name));

/** An empty variable means the same as an absent one. */
function valueOf(name: string, secretOf: SecretOf): string | undefined {
  const value = secretOf(name)?.trim();
  return value === '' ? undefined : value;
}
