import { Validator } from '@cfworker/json-schema';
import type { Schema } from '#mcp/tame-schema.ts';

/**
 * What is wrong with an input by a tamed schema, a line each. Patterns are left to the server: it wrote them, and one
 * that takes for ever would take it here.
 */
export function checkInput(schema: Schema, input: unknown): readonly string[] {
  // Not @ajv: it compiles with eval, which Workers forbid
  const { valid, errors } = new Validator(withoutPatterns(schema), '2020-12', false).validate(input);
  if (valid) return [];
  // "Property x does not match" says less than what it does not match
  const precise = errors.filter(({ keyword }) => !summaries.has(keyword));
  return (precise.length > 0 ? precise : errors)
    .slice(0, 10)
    .map(
      ({ instanceLocation, error }) => `${instanceLocation.replace(/^#\/?/, '') || 'the input'}: ${error}`,
    );
}

/** Keywords whose errors only say that there are others within. */
const summaries = new Set(['false', 'properties', 'items', 'anyOf', 'oneOf', 'allOf', 'prefixItems']);

function withoutPatterns(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'pattern' && typeof value === 'string' ? undefined : value,
    ),
  );
}
