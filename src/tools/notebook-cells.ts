import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';

declare global {
  interface JSON {
    /** https://tc39.es/proposal-json-parse-with-source/ */
    rawJSON(json: string): unknown;
  }
}

export const cellTypes = ['code', 'markdown', 'raw'] as const;

export type CellEdit = {
  /** An id of the file, or `cell-` and the number from 0 on. */
  readonly cellId: string | undefined;
} & (
  | { readonly mode: 'delete' }
  | { readonly mode: 'replace'; readonly source: string; readonly cellType: CellType | undefined }
  | { readonly mode: 'insert'; readonly source: string; readonly cellType: CellType; readonly newId: string }
);
type CellType = (typeof cellTypes)[number];

interface EditedNotebook {
  readonly text: string;
  /** What was done, as a sentence without its end. */
  readonly report: string;
}

// Records keep the order of their keys, where an object schema would put those it names first.
const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;

/** https://nbformat.readthedocs.io/en/latest/format_description.html */
const Notebook = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.number().default(0),
  cells: z.array(Fields),
});

/** The first version whose cells have ids. */
const minorWithIds = 5;

/**
 * Changes one cell of a notebook, and nothing else that its JSON says: numbers stay as they were spelled. Indented
 * with one space, as Jupyter does. The problem is a sentence for the model.
 */
export function editCells(text: string, edit: CellEdit): Result<EditedNotebook, string> {
  const json = parseExactly(text);
  const whole = Fields.safeParse(json);
  const notebook = Notebook.safeParse(json);
  if (!whole.success || !notebook.success) {
    return fail('The file is not a notebook of format 4. Look into it with Read.');
  }
  const { cells, nbformat_minor } = notebook.data;
  const index = edit.cellId === undefined ? -1 : findCell(cells, edit.cellId);
  if (index === undefined) {
    const ids = cells.map((cell, at) => labelOf(cell, at)).slice(0, 50);
    return fail(`There is no cell ${edit.cellId}. There are: ${ids.join(', ') || 'none'}.`);
  }
  const edited = editAt(cells, index, edit, nbformat_minor >= minorWithIds);
  if (!edited.ok) return edited;
  const end = text.endsWith('\n') ? '\n' : '';
  return succeed({
    text: `${JSON.stringify({ ...whole.data, cells: edited.value.cells }, null, 1)}${end}`,
    report: edited.value.report,
  });
}

function editAt(
  cells: readonly Fields[],
  index: number,
  edit: CellEdit,
  hasIds: boolean,
): Result<{ readonly cells: readonly Fields[]; readonly report: string }, string> {
  if (edit.mode === 'insert') {
    // A turn that was interrupted makes its last call again
    const made = cells.find(({ id, source }) => id === edit.newId && sameLines(source, edit.source));
    if (made !== undefined) return succeed({ cells, report: `Cell ${edit.newId} is inserted` });
    const taken = cells.some(({ id }) => id === edit.newId);
    const id = taken ? `${edit.newId.slice(0, 55)}-${cells.length}` : edit.newId;
    const cell = withSource({ ...(hasIds ? { id } : {}), metadata: {} }, edit.cellType, edit.source);
    const at = index + 1;
    return succeed({
      cells: cells.toSpliced(at, 0, cell),
      report: `Cell ${labelOf(cell, at)} inserted as number ${at + 1} of ${cells.length + 1}`,
    });
  }
  const old = cells[index];
  if (old === undefined) return fail('Give the cell_id of the cell to change.');
  if (edit.mode === 'delete') {
    return succeed({ cells: cells.toSpliced(index, 1), report: `Cell ${labelOf(old, index)} deleted` });
  }
  const type = edit.cellType ?? z.enum(cellTypes).catch('code').parse(old['cell_type']);
  const cell = withSource(old, type, edit.source);
  return succeed({ cells: cells.with(index, cell), report: `Cell ${labelOf(cell, index)} replaced` });
}

/** What a cell printed belongs to the code that it had, so it goes with that. */
function withSource(cell: Fields, type: CellType, source: string): Fields {
  const { outputs: _outputs, execution_count: _count, ...rest } = cell;
  const kept = type === 'code' ? cell : rest;
  const changed = {
    ...kept,
    cell_type: type,
    ...(type === 'code' ? { execution_count: null, outputs: [] } : {}),
    source: linesOf(source),
  };
  // In the order in which Jupyter writes them
  return Object.fromEntries(Object.entries(changed).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const labelOf = (cell: Fields, index: number): string =>
  typeof cell['id'] === 'string' ? cell['id'] : `cell-${index}`;

function findCell(cells: readonly Fields[], cellId: string): number | undefined {
  const byId = cells.findIndex(({ id }) => id === cellId);
  if (byId !== -1) return byId;
  const number = /^cell-(\d{1,6})$/.exec(cellId)?.[1];
  return number !== undefined && Number(number) < cells.length ? Number(number) : undefined;
}

/** Notebooks keep a text as its lines, with their ends. */
const linesOf = (source: string): string[] => source.match(/[^\n]*\n|[^\n]+/g) ?? [];

const sameLines = (stored: unknown, source: string): boolean =>
  JSON.stringify(stored) === JSON.stringify(linesOf(source));

/** JSON whose numbers are written again as they stood: 1.0 is not 1 to Python, and 2^53 + 1 is no number here. */
function parseExactly(text: string): unknown {
  const keepNumber = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? JSON.rawJSON(context.source)
      : value;
  try {
    return JSON.parse(text, keepNumber);
  } catch {
    return undefined;
  }
}
