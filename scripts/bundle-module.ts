import type { Bundle } from '#catalog/plugin.ts';

/** The module that carries the bundle into the Worker. Contract: the same bundle gives the same bytes. */
export const writeBundleModule = (bundle: Bundle): string =>
  `// Made from .claude and plugins by \`npm run bundle\`. Do not edit.
import type { Bundle } from '#catalog/plugin.ts';

export const bundle: Bundle = ${write(bundle, '')};
`;

function write(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => `${inner}${write(item, inner)},\n`).join('')}${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => `${inner}${field(key)}: ${write(item, inner)},\n`,
    );
    return fields.length === 0 ? '{}' : `{\n${fields.join('')}${indent}}`;
  }
  return JSON.stringify(value);
}

/** In brackets, `__proto__` is a field like any other. */
const field = (key: string) => (/^[A-Za-z]\w*$/.test(key) ? key : `[${JSON.stringify(key)}]`);

/** As a template, so that a change of a text's line is a change of one line here. */
const literal = (text: string) =>
  `\`${text.replaceAll(/[`\\]|\$\{/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`)}\``;
