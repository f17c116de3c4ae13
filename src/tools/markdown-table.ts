/** Blocks within a cell: paragraphs, code, another table. */
const blocks = /\n\n|^\||^```/m;

/**
 * A table of texts as Markdown, its first row as the head. A table that serves the layout (one column, or cells that
 * hold blocks) becomes the blocks themselves, one after another.
 */
export function layOutTable(all: readonly (readonly string[])[]): string {
  const rows = all.filter((row) => row.some((cell) => cell !== ''));
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (columns < 2 || rows.some((row) => row.some((cell) => blocks.test(cell)))) {
    return rows
      .flat()
      .filter((cell) => cell !== '')
      .join('\n\n');
  }
  const [head = [], ...body] = rows;
  return [head, Array.from({ length: columns }, () => '---'), ...body].map(line).join('\n');
}

// Rows are not filled up to the widest: one wide row would make a long table endless
function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}
