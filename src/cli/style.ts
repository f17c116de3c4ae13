import type { Host } from '#cli/host.ts';

type Paint = (text: string) => string;

/** Few and plain: a terminal's own theme decides how they look. */
export interface Style {
  readonly coloured: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly cyan: Paint;
}

const paint =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001B[${on}m${text}\u001B[${off}m`;
const plain: Paint = (text) => text;

const coloured: Style = {
  coloured: true,
  bold: paint(1, 22),
  dim: paint(2, 22),
  red: paint(31, 39),
  green: paint(32, 39),
  cyan: paint(36, 39),
};
const colourless: Style = {
  coloured: false,
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  cyan: plain,
};

/** https://no-color.org: any non-empty value switches colour off. */
export function styleFor(host: Host, output: Host['output'] = host.output): Style {
  const wanted = output.isTTY === true && !host.env['NO_COLOR'] && host.env['TERM'] !== 'dumb';
  return wanted ? coloured : colourless;
}

/** Text from elsewhere, without the control characters by which it could move the cursor or retitle the window. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '');

/** The first line of a text, cut to `width` UTF-16 units; an ellipsis tells that there is more. */
export function oneLine(text: string, width: number): string {
  const whole = printable(text).trim();
  const line = whole.split('\n', 1)[0] ?? '';
  const cut =
    line.length > width ? line.slice(0, Math.max(0, width - 1)).replace(/[\uD800-\uDBFF]$/, '') : line;
  return cut === whole ? whole : `${cut.trimEnd()}…`;
}
