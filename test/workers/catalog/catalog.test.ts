import { expect, test } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';
import { delegationTools } from '#tools/task.ts';
import { openTools } from '../tools/open-tools.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';

test('the names that agents.yaml may use are those of the tools that exist', async () => {
  await withWorkspace(async (workspace, _, sql) => {
    const delegation = delegationTools({
      known: [{ id: 'one', description: 'One' }],
      run: async () => '',
      start: () => {},
      look: async () => undefined,
      stop: () => false,
    });
    const names = [...openTools(workspace, sql), ...delegation].map(({ name }) => name);
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

test('a plugin gives its skill and its subagent to the agents that name it', () => {
  const agent = catalog.agent(null);
  expect(agent.plugins).toEqual(['writing-tools']);
  expect(agent.subagents).toContain('writing-tools:editor');
  expect(catalog.subagents.find(({ id }) => id === 'writing-tools:editor')).toMatchObject({
    tools: ['Read', 'Edit', 'Glob', 'Grep'],
    prompt: expect.stringContaining('You edit prose.'),
  });
});
