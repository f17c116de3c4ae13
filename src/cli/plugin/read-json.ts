import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';

/** A JSON file by its schema, or what is wrong with it: the field, and why. */
export function readJson<Value>(path: string, schema: z.ZodType<Value>): Result<Value, string> {
  if (!existsSync(path)) return fail('it is missing');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return fail('it is not JSON');
  }
  const read = schema.safeParse(json);
  if (read.success) return succeed(read.data);
  const issue = read.error.issues[0];
  return fail(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}
