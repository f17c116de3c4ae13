import { expect, test } from 'vitest';
import { notebookEditTool } from '#tools/notebook-edit.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText } from './run-tool.ts';

/** As Jupyter writes it, with numbers that do not outlive being parsed as JavaScript does. */
const cells = {
  title: `  {
   "cell_type": "markdown",
   "id": "title",
   "metadata": {},
   "source": [
    "# Tïtle"
   ]
  }`,
  sum: `  {
   "cell_type": "code",
   "execution_count": 7,
   "id": "sum",
   "metadata": {
    "rate": 1.0
   },
   "outputs": [
    {
     "data": {
      "application/json": 9007199254740993
     },
     "output_type": "display_data"
    }
   ],
   "source": [
    "1 + 1"
   ]
  }`,
};
const notebook = (...parts: string[]) => `{
 "cells": [
${parts.join(',\n')}
 ],
 "metadata": {
  "10": 1e3,
  "version": 3.10
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;
const path = '/workspace/output/a.ipynb';

async function edit(input: object, content = notebook(cells.title, cells.sum)) {
  return withWorkspace(async (workspace) => {
    await workspace.writeFile(path, content);
    const report = await runForText(notebookEditTool(workspace), { notebook_path: path, ...input });
    const read = await workspace.read(path);
    return { report, text: read.ok ? new TextDecoder().decode(read.value) : '' };
  });
}

test.each([
  {
    name: 'a text cell is replaced',
    input: { cell_id: 'title', new_source: '# New\n\ntext\n' },
    report: `Cell title replaced in ${path}.`,
    left: [cells.title.replace('    "# Tïtle"', '    "# New\\n",\n    "\\n",\n    "text\\n"'), cells.sum],
  },
  {
    name: 'a code cell loses its outputs with its code',
    input: { cell_id: 'cell-1', new_source: '2' },
    report: `Cell sum replaced in ${path}.`,
    left: [
      cells.title,
      cells.sum
        .replace(/"outputs": \[.*\n {3}\],/s, '"outputs": [],')
        .replace(' 7,', ' null,')
        .replace('1 + 1', '2'),
    ],
  },
  {
    name: 'code becomes text',
    input: { cell_id: 'sum', new_source: '', cell_type: 'raw' },
    report: `Cell sum replaced in ${path}.`,
    left: [
      cells.title,
      '  {\n   "cell_type": "raw",\n   "id": "sum",\n   "metadata": {\n    "rate": 1.0\n   },\n   "source": []\n  }',
    ],
  },
  {
    name: 'a cell is deleted',
    input: { cell_id: 'title', edit_mode: 'delete' },
    report: `Cell title deleted in ${path}.`,
    left: [cells.sum],
  },
  {
    name: 'a cell is inserted behind another',
    input: { cell_id: 'title', new_source: 'x', cell_type: 'code', edit_mode: 'insert' },
    report: `Cell toolu_test inserted as number 2 of 3 in ${path}.`,
    left: [
      cells.title,
      '  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "toolu_test",\n   "metadata": {},\n   "outputs": [],\n   "source": [\n    "x"\n   ]\n  }',
      cells.sum,
    ],
  },
  {
    name: 'a cell is inserted at the beginning',
    input: { new_source: 'x', cell_type: 'markdown', edit_mode: 'insert' },
    report: `Cell toolu_test inserted as number 1 of 3 in ${path}.`,
    left: [
      '  {\n   "cell_type": "markdown",\n   "id": "toolu_test",\n   "metadata": {},\n   "source": [\n    "x"\n   ]\n  }',
      cells.title,
      cells.sum,
    ],
  },
])('$name, and every other byte stays', async ({ input, report, left }) => {
  expect(await edit(input)).toEqual({ report, text: notebook(...left) });
});

test('an insertion that is made again, as after an interruption, changes nothing', async () => {
  const insert = { cell_id: 'title', new_source: 'x', cell_type: 'code', edit_mode: 'insert' };
  const once = await edit(insert);
  expect(await edit(insert, once.text)).toEqual({
    report: `Cell toolu_test is inserted in ${path}.`,
    text: once.text,
  });
  const other = await edit({ ...insert, new_source: 'y' }, once.text);
  expect(other.report).toBe(`Cell toolu_test-3 inserted as number 2 of 4 in ${path}.`);
});

test('cells of older notebooks have numbers only, and get no ids', async () => {
  const old = '{"cells":[{"cell_type":"code","source":"a"}],"nbformat":4,"nbformat_minor":4}';
  const insert = { cell_id: 'cell-0', new_source: 'x', cell_type: 'raw', edit_mode: 'insert' };
  const { report, text } = await edit(insert, old);
  expect(report).toBe(`Cell cell-1 inserted as number 2 of 2 in ${path}.`);
  expect(JSON.parse(text)).toEqual({
    cells: [
      { cell_type: 'code', source: 'a' },
      { cell_type: 'raw', metadata: {}, source: ['x'] },
    ],
    nbformat: 4,
    nbformat_minor: 4,
  });
});

test.each([
  {
    name: 'no notebook',
    input: { notebook_path: 'a.py', cell_id: 'x', new_source: '' },
    problem: 'Use Edit',
  },
  {
    name: 'no such file',
    input: { notebook_path: 'b.ipynb', cell_id: 'x', new_source: '' },
    problem: 'does not exist',
  },
  {
    name: 'not JSON',
    input: { cell_id: 'x', new_source: '' },
    content: 'cells',
    problem: 'not a notebook of format 4',
  },
  {
    name: 'an old format',
    input: { cell_id: 'x', new_source: '' },
    content: '{"nbformat":3,"worksheets":[]}',
    problem: 'not a notebook of format 4',
  },
  { name: 'an unknown cell', input: { cell_id: 'x', new_source: '' }, problem: 'There are: title, sum.' },
  { name: 'a number too high', input: { cell_id: 'cell-2', edit_mode: 'delete' }, problem: 'no cell cell-2' },
  { name: 'no cell', input: { edit_mode: 'delete' }, problem: 'say which cell to delete' },
  { name: 'no text', input: { cell_id: 'title' }, problem: 'new_source is missing' },
  { name: 'no type', input: { new_source: 'x', edit_mode: 'insert' }, problem: 'cell_type is missing' },
])('refused with a reason: $name', async ({ input, content, problem }) => {
  await expect(edit(input, content)).rejects.toThrow(problem);
});
