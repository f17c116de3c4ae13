import { RE2JS, RE2JSException } from 're2js';
import type { Pace } from '#tools/pace.ts';

// A line is searched up to here: minified files have lines of megabytes, of which nobody wants to see a match.
const searchedLineLength = 10_000;

export interface LineSearch {
  /** The indexes of the lines that match, or that a match touches. */
  find(lines: readonly string[], pace: Pace): Promise<number[]>;
}

/**
 * Compiles a pattern in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), or returns undefined where it is
 * no such pattern. Contract: searching takes time linear in the text, whatever the pattern, because a pattern is the
 * model's and must not hang the object; JavaScript's own engine cannot promise that.
 */
export function compileSearch(
  pattern: string,
  { ignoreCase, multiline }: { readonly ignoreCase: boolean; readonly multiline: boolean },
): LineSearch | undefined {
  const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE | RE2JS.DOTALL : 0);
  try {
    const compiled = RE2JS.compile(pattern, flags);
    const find = multiline ? findAcross : findWithin;
    return { find: (lines, pace) => find(compiled, lines, pace) };
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

async function findWithin(pattern: RE2JS, lines: readonly string[], pace: Pace): Promise<number[]> {
  const found: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (pattern.test(line.slice(0, searchedLineLength))) found.push(index);
    if (pace.spend(line.length + 1)) await pace.rest();
  }
  return found;
}

async function findAcross(pattern: RE2JS, lines: readonly string[], pace: Pace): Promise<number[]> {
  const matcher = pattern.matcher(lines.join('\n'));
  const found: number[] = [];
  let line = 0;
  let nextLine = (lines[0]?.length ?? 0) + 1;
  // Positions come in rising order.
  const lineAt = (position: number) => {
    for (; position >= nextLine && line < lines.length - 1; nextLine += (lines[line]?.length ?? 0) + 1)
      line += 1;
    return line;
  };
  let searchedTo = 0;
  while (matcher.find()) {
    const first = lineAt(matcher.start());
    // The last character of the match, not the place behind it: a line break at its end touches no further line.
    const last = lineAt(Math.max(matcher.start(), matcher.end() - 1));
    for (let touched = Math.max(first, (found.at(-1) ?? -1) + 1); touched <= last; touched += 1)
      found.push(touched);
    if (pace.spend(matcher.end() - searchedTo)) await pace.rest();
    searchedTo = matcher.end();
  }
  return found;
}
