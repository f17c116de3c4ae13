import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import type { z } from 'zod';
import { closestName } from '#lib/closest-name.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

export interface YamlFile<Schema extends z.ZodType> {
  /** Named in the error lines. */
  readonly name: string;
  readonly text: string;
  readonly schema: Schema;
  /** Every field name of the schema, for "did you mean". */
  readonly fields: readonly string[];
}

/**
 * Reads a YAML text by a schema. Contract: on failure there is one line per problem, in the form
 * `file:line:column path.to.field: what is wrong`; line and column count from 1 and point at the field's name.
 */
export function readYaml<Schema extends z.ZodType>({
  name,
  text,
  schema,
  fields,
}: YamlFile<Schema>): Result<z.output<Schema>, readonly string[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };

  const broken = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => `${at(pos[0])} ${message}`,
  );
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      broken.push(`${at(alias.range?.[0] ?? 0)} *${alias.source}: no anchor of this name stands above`);
    },
  });
  if (broken.length > 0) return fail(broken);

  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return succeed(parsed.data);
  return fail(
    parsed.error.issues.flatMap((issue) => {
      const paths =
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      return paths.map((path) => {
        const place = locate(document, path);
        const message = place.found ? explain(issue, path, fields) : 'is required';
        return `${at(place.offset)} ${path.join('.') || '(the whole file)'}: ${message}`;
      });
    }),
  );
}

function explain(issue: z.core.$ZodIssue, path: readonly PropertyKey[], fields: readonly string[]): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const meant = closestName(String(path.at(-1)), fields);
  return meant === undefined ? 'unknown field' : `unknown field; did you mean "${meant}"?`;
}

/** Where a path's last field stands in the text; where it is missing, where the map stands that should have it. */
function locate(document: Document, path: readonly PropertyKey[]): { offset: number; found: boolean } {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return { offset, found: false };
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return { offset, found: false };
    }
  }
  return { offset, found: true };
}

const startOf = (node: unknown) => (isNode(node) ? node.range?.[0] : undefined);
