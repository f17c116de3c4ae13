import { expect, test } from 'vitest';
import type { Skill } from '#catalog/skill.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '#test/support/workers/accounts.ts';
import { connectSocket } from '#test/support/workers/socket.ts';
import { skillTool } from '#tools/skill.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText } from './run-tool.ts';

const tidy: Skill = {
  name: 'tidy',
  description: 'Tidies.',
  body: '# Tidy\n\nRun `scripts/a.sh`.',
  files: [
    { path: 'references/list.md', text: 'grüße\n' },
    { path: 'scripts/a.sh', text: 'echo "$1"\n' },
  ],
};
const plain: Skill = { name: 'plain', description: 'Just words.', body: 'Words.', files: [] };

test('a skill is its text and its files, which are then in the workspace', async () => {
  await withWorkspace(async (workspace) => {
    const skill = skillTool(workspace, [tidy, plain]);
    expect(await runForText(skill, { skill: 'tidy', args: 'all of it' })).toBe(`# Tidy

Run \`scripts/a.sh\`.

# Files of this skill

Paths in the text above are relative to /workspace/.skills/tidy.

- /workspace/.skills/tidy/references/list.md
- /workspace/.skills/tidy/scripts/a.sh

# Arguments

all of it`);
    const read = await workspace.read('/workspace/.skills/tidy/references/list.md');
    expect(read.ok && new TextDecoder().decode(read.value)).toBe('grüße\n');
  });
});

test('loaded again, its files are as they were shipped, and what else is in its folder stays', async () => {
  await withWorkspace(async (workspace) => {
    const skill = skillTool(workspace, [tidy]);
    const first = await runForText(skill, { skill: 'tidy' });
    await workspace.writeFile('.skills/tidy/scripts/a.sh', 'changed');
    await workspace.writeFile('.skills/tidy/notes.txt', 'mine');
    expect(await runForText(skill, { skill: 'tidy' })).toBe(first);
    const files = workspace.walk('/workspace/.skills');
    expect(
      files.ok && files.value.flatMap(({ kind, path, size }) => (kind === 'file' ? [[path, size]] : [])),
    ).toEqual([
      ['/workspace/.skills/tidy/notes.txt', 4],
      ['/workspace/.skills/tidy/references/list.md', 8],
      ['/workspace/.skills/tidy/scripts/a.sh', 10],
    ]);
  });
});

test('a skill of words alone leaves nothing in the workspace', async () => {
  await withWorkspace(async (workspace) => {
    expect(await runForText(skillTool(workspace, [tidy, plain]), { skill: 'plain' })).toBe('Words.');
    expect(workspace.stat('/workspace/.skills')).toBeUndefined();
  });
});

test.each([
  { what: 'the names there are', skills: [tidy, plain], there: 'tidy, plain' },
  { what: 'that there are none', skills: [], there: 'none' },
])('an unknown name is answered with $what', async ({ skills, there }) => {
  await withWorkspace(async (workspace) => {
    await expect(runForText(skillTool(workspace, skills), { skill: '../tidy' })).rejects.toThrow(
      `There is no skill "../tidy". There are: ${there}.`,
    );
  });
});

test('files that cannot be stored are a failure that says why', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile('/workspace/.skills', 'a file');
    await expect(runForText(skillTool(workspace, [tidy]), { skill: 'tidy' })).rejects.toThrow(
      '/workspace/.skills is not a folder.',
    );
  });
});

test('in a turn: the text comes back, and Bash finds the script', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const script = '/workspace/.skills/data-summary/scripts/profile.sh';
  const events = await socket.say(
    promptScript(
      { blocks: [{ tool: 'Skill', id: 'call_1', input: { skill: 'data-summary' } }] },
      { blocks: [{ tool: 'Bash', id: 'call_2', input: { command: `head -n 1 ${script}` } }] },
      { blocks: [{ text: ['Done.'] }] },
    ),
  );
  const results = events.flatMap((event) => (event.type === 'tool_result' ? [event.content] : []));
  expect(results).toEqual([expect.stringContaining(`\n- ${script}\n`), '#!/bin/bash']);
});
