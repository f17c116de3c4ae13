/**
 * A JSON schema that the Messages API takes, and that can be checked in little time. The API refuses a whole request,
 * and with it the turn, for one schema that is not valid by draft 2020-12, so only what is known and well-formed is
 * kept. References are put in place; where they go in circles, anything is allowed.
 */
export type Schema = Readonly<Record<string, unknown>>;

/** More than any sensible tool has; a schema is part of every request. */
const MAX_NODES = 2_000;
const MAX_CHARACTERS = 60_000;
const MAX_DEPTH = 30;

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** What the API allows as the name of a property. */
const propertyName = /^[a-zA-Z0-9_.-]{1,64}$/;

class TooLarge extends Error {}

/** Undefined: not an object's schema, or larger than can be used. */
export function tameSchema(schema: unknown): Schema | undefined {
  if (!isObject(schema)) return undefined;
  if (schema['type'] !== undefined && schema['type'] !== 'object') return undefined;
  try {
    const { anyOf: _, oneOf: __, allOf: ___, not: ____, ...tame } = new Taming(schema).tame(schema, [], 0);
    const whole = { ...tame, type: 'object', properties: tame['properties'] ?? {} };
    return JSON.stringify(whole).length > MAX_CHARACTERS ? undefined : whole;
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

class Taming {
  readonly #root: Schema;
  #nodes = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** `within`: the references that led here. */
  tame(schema: Schema, within: readonly string[], depth: number): Schema {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new TooLarge();
    if (depth > MAX_DEPTH) return {};
    const ref = schema['$ref'];
    if (typeof ref === 'string') {
      const target = within.includes(ref) ? undefined : this.#resolve(ref);
      const { $ref: _, ...beside } = schema;
      const own = this.tame(beside, within, depth + 1);
      return target === undefined ? own : { ...this.tame(target, [...within, ref], depth + 1), ...own };
    }
    const one = (value: unknown) =>
      typeof value === 'boolean' ? value : isObject(value) ? this.tame(value, within, depth + 1) : undefined;
    const entries = Object.entries(schema).map(([key, value]) => [key, keep(key, value, one)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  /** A place in this schema, `#/$defs/name`. */
  #resolve(ref: string): Schema | undefined {
    if (ref !== '#' && !ref.startsWith('#/')) return undefined;
    let found: unknown = this.#root;
    for (const step of ref.split('/').slice(1)) {
      const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~');
      if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
      found = found[key];
    }
    return isObject(found) ? found : undefined;
  }
}

/** The value of a keyword if it is one that is known and well-formed, else undefined. */
function keep(key: string, value: unknown, tame: (value: unknown) => unknown): unknown {
  switch (key) {
    case 'title':
    case 'description':
    case 'format':
      return typeof value === 'string' ? value : undefined;
    case 'default':
    case 'const':
      return value;
    case 'examples':
      return Array.isArray(value) ? value : undefined;
    case 'enum':
      return Array.isArray(value) && value.length > 0 ? value : undefined;
    case 'type':
      return isType(value) ? value : undefined;
    case 'pattern':
      return typeof value === 'string' && isPattern(value) ? value : undefined;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return Number.isFinite(value) ? value : undefined;
    case 'multipleOf':
      return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? value : undefined;
    case 'uniqueItems':
      return typeof value === 'boolean' ? value : undefined;
    case 'required':
      return isNames(value) ? [...new Set(value)] : undefined;
    case 'properties':
      return isObject(value) ? tameProperties(value, tame) : undefined;
    case 'items':
    case 'additionalProperties':
    case 'not':
      return tame(value);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return Array.isArray(value) && value.length > 0 ? value.map((each) => tame(each) ?? {}) : undefined;
    default:
      return undefined;
  }
}

const tameProperties = (properties: Schema, tame: (value: unknown) => unknown): Schema =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => propertyName.test(name))
      .map(([name, value]) => [name, tame(value) ?? {}]),
  );

const isType = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && new Set(value).size === value.length && value.every((type) => types.has(type))
    : typeof value === 'string' && types.has(value);

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && propertyName.test(name));

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').unicode;
  } catch {
    return false;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
