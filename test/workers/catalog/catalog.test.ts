import { expect, test } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';
import { openTools } from '../tools/open-tools.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';

test('the names that agents.yaml may use are those of the tools that exist', async () => {
  await withWorkspace(async (workspace, _, sql) => {
    const names = openTools(workspace, sql).map(({ name }) => name);
    expect(names.toSorted()).toEqual(toolNames.toSorted());
  });
});

test('the bundled files are the catalog', () => {
  expect(catalog.agent(null).id).toBe('general-assistant-g1h2i3j4');
  expect(catalog.agent(null).skills.map(({ name }) => name)).toEqual([
    'data-summary',
    'writing-review',
    'writing-tools:translation',
  ]);
});
