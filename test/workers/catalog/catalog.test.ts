import { expect, test } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';
import { createTools } from '#tools/index.ts';
import { noModes } from '../../support/workers/no-modes.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';

test('the names that agents.yaml may use are those of the tools that exist', async () => {
  await withWorkspace(async (workspace) => {
    const names = createTools({ workspace, mode: noModes }).map(({ name }) => name);
    expect(names.toSorted()).toEqual(toolNames.toSorted());
  });
});

test('the bundled files are the catalog', () => {
  expect(catalog.agent(null).id).toBe('general-assistant-g1h2i3j4');
});
