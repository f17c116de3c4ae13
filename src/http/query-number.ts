import { z } from '@hono/zod-openapi';

/** A whole number as a query spells it; an empty or fractional one is refused and not rounded. */
export const wholeNumber = z
  .string()
  .regex(/^-?\d{1,9}$/, 'not a whole number')
  .transform(Number);
