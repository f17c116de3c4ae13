import { fail, succeed, type Result } from '#lib/result.ts';

/**
 * A reader of unknown JSON, small enough for the page's first load (zod would weigh more than the rest of it).
 * Gives the value, or throws `ShapeError` naming the place. Fields it does not know are left out.
 */
export type Shape<Value> = (value: unknown, path: string) => Value;

class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

const refuse = (path: string, wanted: string): never => {
  throw new ShapeError(`${path === '' ? 'value' : path}: expected ${wanted}`);
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const string: Shape<string> = (value, path) =>
  typeof value === 'string' ? value : refuse(path, 'a string');
export const number: Shape<number> = (value, path) =>
  typeof value === 'number' ? value : refuse(path, 'a number');
export const boolean: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'true or false');
export const record: Shape<Record<string, unknown>> = (value, path) =>
  isRecord(value) ? value : refuse(path, 'an object');

export const literal =
  <const Value extends string>(...allowed: Value[]): Shape<Value> =>
  (value, path) =>
    allowed.find((one) => one === value) ?? refuse(path, allowed.join(' or '));

export const nullable =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (value, path) =>
    value === null ? null : shape(value, path);

export const list =
  <Value>(shape: Shape<Value>): Shape<Value[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((one: unknown, index) => shape(one, `${path}[${index}]`))
      : refuse(path, 'a list');

export const textOrList: Shape<string | unknown[]> = (value, path) =>
  typeof value === 'string' ? value : list((one) => one)(value, path);

/** A field that may be missing; only as a field of `object`. */
const optionalMark = Symbol('optional');
type Optional<Value> = Shape<Value> & { readonly [optionalMark]: true };
export const optional = <Value>(shape: Shape<Value>): Optional<Value> =>
  Object.assign((value: unknown, path: string) => shape(value, path), { [optionalMark]: true as const });

type Fields = Record<string, Shape<unknown>>;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly [optionalMark]: true } ? K : never;
}[keyof F];
type Read<F extends Fields> = {
  [K in Exclude<keyof F, OptionalKeys<F>>]: ReturnType<F[K]>;
} & { [K in OptionalKeys<F>]?: ReturnType<F[K]> };
type Flat<T> = { [K in keyof T]: T[K] };

export const object =
  <F extends Fields>(fields: F): Shape<Flat<Read<F>>> =>
  (value, path) => {
    const source = record(value, path);
    const entries = Object.entries(fields).flatMap(([key, shape]) =>
      source[key] === undefined && optionalMark in shape
        ? []
        : [[key, shape(source[key], path === '' ? key : `${path}.${key}`)] as const],
    );
    // The entries were just made from `fields`, key by key: this is the one place where the type has to be told.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return Object.fromEntries(entries) as Flat<Read<F>>;
  };

/** An answer from outside: not JSON, or JSON of another form, is a problem and no exception. */
export function readJson<Value>(shape: Shape<Value>, text: string): Result<Value, 'unreadable'> {
  try {
    return succeed(shape(JSON.parse(text), ''));
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return fail('unreadable');
    throw error;
  }
}
