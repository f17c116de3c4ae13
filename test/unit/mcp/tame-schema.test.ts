import { expect, test } from 'vitest';
import { checkInput } from '#mcp/check-input.ts';
import { tameSchema } from '#mcp/tame-schema.ts';

const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`p${n}`, { type: 'string' }]));

/** Each level refers twice to the one below: 2 ** 40 nodes if all were put in place. */
const bomb = {
  type: 'object',
  properties: { a: { $ref: '#/$defs/l0' } },
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [
      `l${n}`,
      { allOf: [{ $ref: `#/$defs/l${n + 1}` }, { $ref: `#/$defs/l${n + 1}` }] },
    ]),
  ),
};

test.each<[string, unknown]>([
  ['no schema', undefined],
  ['a text', 'object'],
  ['a list', []],
  ['of another type', { type: 'string' }],
  ['far too many properties', { type: 'object', properties: wide }],
  ['a lot of text', { type: 'object', description: 'x'.repeat(70_000) }],
  ['references that grow', bomb],
])('cannot be used: %s', (_, schema) => {
  expect(tameSchema(schema)).toBeUndefined();
});

test.each<[string, object, object]>([
  ['an empty one', {}, { type: 'object', properties: {} }],
  [
    'one in order is kept',
    {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1, default: 3 }, 'a.b': { enum: ['x', 'y'] } },
      required: ['n'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1, default: 3 }, 'a.b': { enum: ['x', 'y'] } },
      required: ['n'],
      additionalProperties: false,
    },
  ],
  [
    'what the API refuses is left out',
    {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      anyOf: [{ required: ['a'] }],
      required: 'a',
      properties: {
        a: { type: 'strnig', exclusiveMinimum: true, pattern: '(', items: [{}], format: 7 },
        'b c': { type: 'string' },
        c: 'nonsense',
        pattern: { type: 'string' },
      },
    },
    { type: 'object', properties: { a: {}, c: {}, pattern: { type: 'string' } } },
  ],
  [
    'references are put in place, also with words beside them',
    {
      type: 'object',
      properties: { a: { $ref: '#/definitions/name', description: 'of a' }, b: { $ref: 'http://x/y' } },
      definitions: { name: { type: 'string', description: 'a name' } },
    },
    { type: 'object', properties: { a: { type: 'string', description: 'of a' }, b: {} } },
  ],
  [
    'a circle is cut where it closes',
    {
      type: 'object',
      properties: { tree: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    },
    { type: 'object', properties: { tree: { type: 'object', properties: { next: {} } } } },
  ],
  ['a reference to itself', { $ref: '#' }, { type: 'object', properties: {} }],
])('%s', (_, schema, tame) => {
  expect(tameSchema(schema)).toEqual(tame);
});

test('an input is checked, and patterns are left to the server', () => {
  const schema = tameSchema({
    type: 'object',
    properties: {
      a: { type: 'string', pattern: '^(a+)+$' },
      list: { type: 'array', items: { type: 'number' } },
    },
    required: ['a'],
    additionalProperties: false,
  });
  if (schema === undefined) throw new Error('not tame');
  expect(checkInput(schema, { a: `${'a'.repeat(40)}!`, list: [1] })).toEqual([]);
  expect(checkInput(schema, { list: ['x'] })).toEqual([
    'the input: Instance does not have required property "a".',
    'list/0: Instance type "string" is invalid. Expected "number".',
  ]);
  expect(checkInput(schema, { a: '', other: 1 })).toEqual([
    'the input: Property "other" does not match additional properties schema.',
  ]);
});
