import type { z } from '@hono/zod-openapi';
import type { ValidationTargets } from 'hono';

/** One reason for a 422, in the shape that clients of the API read: a place and a sentence. */
export interface ValidationDetail {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

const places: Record<keyof ValidationTargets, string> = {
  json: 'body',
  form: 'body',
  query: 'query',
  param: 'path',
  header: 'header',
  cookie: 'cookie',
};

/** The body of a 422. What was sent is not echoed: it may be a password. */
export function validationError(
  target: keyof ValidationTargets,
  error: z.core.$ZodError,
  sent: unknown,
): { detail: ValidationDetail[] } {
  return {
    detail: error.issues.map((issue) => {
      const loc = [places[target], ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
      return isMissing(issue.path, sent)
        ? { type: 'missing', loc, msg: 'Field required' }
        : {
            type: issue.code === 'invalid_type' ? `${issue.expected}_type` : issue.code,
            loc,
            msg: issue.message,
          };
    }),
  };
}

/** The body of a 422 for a body that is no JSON at all. The number is an offset; the engine does not always tell it. */
export const MALFORMED_JSON: { detail: ValidationDetail[] } = {
  detail: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' }],
};

function isMissing(path: readonly PropertyKey[], sent: unknown): boolean {
  let value = sent;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = Reflect.get(value, key);
  }
  return path.length > 0 && value === undefined;
}
