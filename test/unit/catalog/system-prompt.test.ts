import { expect, test } from 'vitest';
import { buildSystemPrompt } from '#catalog/system-prompt.ts';

const agent = { systemPrompt: 'SECURITY AND AGENT', skills: [], tools: ['Read'] };

test.each([
  { clientType: 'web', reads: 'a web chat' },
  { clientType: 'cli', reads: 'a web chat' },
  { clientType: null, reads: 'a web chat' },
  { clientType: 'telegram', reads: 'Telegram, a messenger' },
  { clientType: 'imessage', reads: 'iMessage, a messenger' },
])('$clientType reads in $reads', ({ clientType, reads }) => {
  const prompt = buildSystemPrompt({ agent, clientType, startedOn: '2026-10-05' });
  const headings = prompt
    .split('\n')
    .filter((line) => /^(#|SECURITY|This conversation|The user reads)/.test(line));
  expect(headings.map((line) => line.replace(/ or a terminal\..*|, mostly .*/, ''))).toEqual([
    '# Your workspace',
    'SECURITY AND AGENT',
    '# How the user sees you',
    `The user reads you in ${reads}`,
    'This conversation began on 2026-10-05.',
  ]);
});

test('the same parts give the same bytes', () => {
  const parts = { agent, clientType: 'web', startedOn: '2026-10-05' };
  expect(buildSystemPrompt(parts)).toBe(buildSystemPrompt({ ...parts }));
});

test('skills are listed behind the agent, in their order', () => {
  const skill = (name: string) => ({ name, description: `Does ${name}.`, body: 'SECRET BODY', files: [] });
  const prompt = buildSystemPrompt({
    agent: { ...agent, skills: [skill('tidy'), skill('count')] },
    clientType: 'web',
    startedOn: '2026-10-05',
  });
  expect(prompt).toMatch(
    /\nSECURITY AND AGENT\n\n# Skills\n\n[^\n]+\n\n- tidy: Does tidy\.\n- count: Does count\.\n\n# How the user sees you\n/,
  );
  expect(prompt).not.toContain('SECRET BODY');
});

test('how files reach the user depends on where, and on what the agent may call', () => {
  const fileSentence = (clientType: string, tools: readonly string[]) =>
    buildSystemPrompt({ agent: { ...agent, tools }, clientType, startedOn: '2026-10-05' })
      .split('# How the user sees you')[1]
      ?.match(/(Put files in output\/|send what the user shall have with send_file_to_chat|file list)/)?.[0];
  expect([
    fileSentence('zalo', ['send_file_to_chat']),
    fileSentence('zalo', ['Read']),
    fileSentence('web', ['send_file_to_chat']),
  ]).toEqual(['send what the user shall have with send_file_to_chat', 'Put files in output/', 'file list']);
});

test('it names only tools and places that exist', () => {
  const prompts = ['web', 'whatsapp'].map((clientType) =>
    buildSystemPrompt({ agent, clientType, startedOn: '2026-10-05' }),
  );
  for (const prompt of prompts) expect(prompt).not.toMatch(/AskUserQuestion|send_file|WebFetch|MCP/);
});
