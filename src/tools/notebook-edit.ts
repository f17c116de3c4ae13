import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { fail, succeed } from '#lib/result.ts';
import { cellTypes, editCells, type CellEdit } from '#tools/notebook-cells.ts';

const description = `Replaces, inserts or deletes one cell of a Jupyter notebook (.ipynb) of the workspace.

- Read the notebook first: its JSON shows the id of each cell. Where cells have no id, the first is cell-0, the second cell-1, and so on.
- insert puts the new cell behind cell_id, or at the beginning without one, and needs cell_type.
- A code cell that is replaced loses its outputs. Nothing here can run a notebook.`;

const input = z.object({
  notebook_path: z.string().min(1).describe('Absolute path of the notebook'),
  cell_id: z.string().min(1).optional().describe('The cell; for insert, the one before the new cell'),
  new_source: z.string().optional().describe('The whole new text of the cell; needless for delete'),
  cell_type: z.enum(cellTypes).optional().describe('For replace: the type stays without it'),
  edit_mode: z.enum(['replace', 'insert', 'delete']).default('replace'),
});
type Input = z.infer<typeof input>;

export const notebookEditTool = (workspace: Workspace) =>
  defineTool({
    name: 'NotebookEdit',
    description,
    input,
    effects: 'workspace',
    async run(call, { toolUseId }) {
      const path = call.notebook_path;
      if (!path.endsWith('.ipynb')) {
        throw new ToolFailure(`${path} is not a notebook: its name does not end with .ipynb. Use Edit.`);
      }
      const edit = toEdit(call, toolUseId);
      let report = '';
      const edited = await workspace.update(path, (bytes) => {
        const notebook = editCells(new TextDecoder().decode(bytes), edit);
        if (!notebook.ok) return fail({ message: notebook.problem });
        report = `${notebook.value.report} in ${path}.`;
        return succeed(notebook.value.text);
      });
      if (!edited.ok) throw new ToolFailure(edited.problem.message);
      return report;
    },
  });

function toEdit(call: Input, toolUseId: string): CellEdit {
  const { edit_mode: mode, cell_id: cellId, new_source: source, cell_type: cellType } = call;
  if (mode !== 'insert' && cellId === undefined) {
    throw new ToolFailure(`cell_id is missing: say which cell to ${mode}.`);
  }
  if (mode === 'delete') return { mode, cellId };
  if (source === undefined) throw new ToolFailure('new_source is missing: give the text of the cell.');
  if (mode === 'replace') return { mode, cellId, source, cellType };
  if (cellType === undefined) throw new ToolFailure('cell_type is missing: code, markdown or raw.');
  // Ids of cells: https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html
  const newId = toolUseId.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 64);
  return { mode, cellId, source, cellType, newId };
}
