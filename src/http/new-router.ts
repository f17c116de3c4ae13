import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { AppEnv } from '#http/app-env.ts';
import { validationError } from '#http/validation-error.ts';

/** A router whose routes answer 422 with the list of reasons when a body, query or path does not fit its schema. */
export function newRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) =>
      result.success
        ? undefined
        : c.json(
            validationError(result.target, result.error, 'data' in result ? result.data : undefined),
            422,
          ),
  });
}

/** A JSON body that has to be there: without `required`, a request without content type skips the schema. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: { 'application/json': { schema } } },
});

export const jsonAnswer = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
