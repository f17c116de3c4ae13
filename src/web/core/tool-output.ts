import type { StandaloneFile } from '#protocol/standalone-file.ts';
import { linkParts } from '#web/core/link-parts.ts';
import { number, object, optional, readJson, string, type Shape } from '#web/core/shape.ts';

const standaloneFile: Shape<StandaloneFile> = object({
  _standalone_file: object({
    type: optional(string),
    filename: string,
    url: optional(string),
    size_bytes: optional(number),
  }),
});

/** What a tool card shows of a result. */
export type ToolOutput =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      /** In bytes; null where it was not told. */
      readonly size: number | null;
      /** Null where there is no address, or none that a page should lead to. */
      readonly href: string | null;
    };

// Colours and cursor movements of terminals: https://en.wikipedia.org/wiki/ANSI_escape_code
const ESC = String.fromCodePoint(27);
const ESCAPE = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\p{Cc}]*(?:\\p{Cc}\\\\?)|[@-Z\\\\^_])`, 'gu');

/** A file that a tool made, or text as a page can show it: without terminal codes, and JSON laid out. */
export function presentOutput(output: string): ToolOutput {
  const plain = output.replace(ESCAPE, '');
  if (!/^\s*[[{]/.test(plain)) return { kind: 'text', text: plain };
  const made = readJson(standaloneFile, plain);
  if (made.ok) {
    const { filename, url = '', size_bytes } = made.value._standalone_file;
    const [link, ...more] = linkParts(url);
    return {
      kind: 'file',
      name: filename,
      size: size_bytes ?? null,
      href: more.length === 0 ? (link?.href ?? null) : null,
    };
  }
  return { kind: 'text', text: laidOut(plain) };
}

function laidOut(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    return JSON.stringify(parsed, null, 2);
  } catch {
    return json;
  }
}

/** The first `lines` lines, or null when the text has no more than that. */
export function cutLines(output: string, lines: number): string | null {
  const all = output.split('\n');
  return all.length <= lines + 1 ? null : all.slice(0, lines).join('\n');
}
