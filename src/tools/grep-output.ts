import { cutLine } from '#tools/numbered-lines.ts';

const shownLineLength = 500;

export interface FileMatches {
  readonly path: string;
  readonly lines: readonly string[];
  /** Indexes into `lines`, rising. */
  readonly matches: readonly number[];
}

export interface ContentOptions {
  readonly before: number;
  readonly after: number;
  readonly numbers: boolean;
}

/** As ripgrep prints it: `path:12:match`, `path-13-context`, `--` between what does not touch. */
export function contentLines({ path, lines, matches }: FileMatches, options: ContentOptions): string[] {
  const output: string[] = [];
  const matching = new Set(matches);
  let printedTo = -1;
  for (const match of matches) {
    const from = Math.max(printedTo + 1, match - options.before);
    const to = Math.min(lines.length - 1, match + options.after);
    const withContext = options.before > 0 || options.after > 0;
    if (withContext && printedTo >= 0 && from > printedTo + 1) output.push('--');
    for (let index = from; index <= to; index += 1) {
      const mark = matching.has(index) ? ':' : '-';
      const number = options.numbers ? `${index + 1}${mark}` : '';
      output.push(`${path}${mark}${number}${cutLine(lines[index] ?? '', shownLineLength)}`);
    }
    printedTo = Math.max(printedTo, to);
  }
  return output;
}
