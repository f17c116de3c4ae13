import type { Host } from '#cli/host.ts';
import { printLine } from '#cli/host.ts';
import { oneLine, styleFor } from '#cli/style.ts';

/**
 * Columns as wide as they need to be; the last one is cut at the terminal's width, and whole in a pipe.
 * An empty list prints `empty` instead.
 */
export function printTable(host: Host, rows: readonly (readonly string[])[], empty: string): void {
  const style = styleFor(host);
  if (rows.length === 0) return printLine(host, style.dim(empty));
  const columns = rows[0]?.length ?? 0;
  const cells = rows.map((row) => row.map((cell) => oneLine(cell, 1000)));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...cells.map((row) => row[at]?.length ?? 0)),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = host.output.isTTY ? Math.max(20, (host.output.columns || 80) - before) : 1000;
  for (const row of cells) {
    const padded = row.map((cell, at) =>
      at === columns - 1 ? oneLine(cell, room) : cell.padEnd((widths[at] ?? 0) + 2),
    );
    const [head = '', ...rest] = padded;
    printLine(host, `${style.bold(head)}${rest.join('')}`.trimEnd());
  }
}
