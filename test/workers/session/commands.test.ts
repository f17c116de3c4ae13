import { expect, test } from 'vitest';
import { bundle } from '#catalog/bundle.generated.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { connectSocket } from '#test/support/workers/socket.ts';

const bodyOf = (name: string): string => {
  const commands = bundle.plugins.flatMap((plugin) => plugin.commands);
  return commands.find((command) => command.name === name)?.body ?? '';
};

test.each([
  { name: 'by its short name', typed: '/summarize input/a.txt', args: 'input/a.txt' },
  { name: 'by its whole name', typed: '/writing-tools:summarize  two words ', args: 'two words' },
  { name: 'without arguments', typed: '/summarize', args: '' },
])('a command $name: the model gets its text, everybody else what was typed', async ({ typed, args }) => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const events = await socket.say(typed);

  const expanded = bodyOf('writing-tools:summarize').replace('$ARGUMENTS', args);
  expect(expanded).not.toBe('');
  expect(events.filter(({ type }) => type === 'user_message')).toMatchObject([{ content: typed }]);
  expect(events.filter(({ type }) => type === 'assistant_text')).toMatchObject([
    { text: `You said: ${expanded}` },
  ]);
  const history = await send('GET', `/api/v1/sessions/${sessionId}/history`, { token });
  expect(await history.json()).toMatchObject({
    first_message: typed,
    messages: [{ role: 'user', content: typed }, { role: 'assistant' }, { role: 'system' }],
  });
});

test('beside an image the text that begins with the command is replaced, and the image stays', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token, last_event: '0' });
  const image = {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
  };
  const content = [image, { type: 'text', text: '/translate German Good morning' }];
  const events = await socket.say(content);
  expect(events.filter(({ type }) => type === 'user_message')).toMatchObject([{ content }]);
  expect(events.filter(({ type }) => type === 'assistant_text')).toMatchObject([
    { text: expect.stringContaining('Translate into this language: German') },
  ]);
});

test('a command works for clients that know nothing of it, over server-sent events', async () => {
  const { token } = await newUser();
  const response = await send('POST', '/api/v1/conversations', {
    token,
    body: { content: '/translate French "Good morning"' },
  });
  expect(await response.text()).toContain('Translate into this language: French');
});

test.each(['/etc/hosts', '/nothing to see', '/summarize/x', '//', '/', 'say /summarize'])(
  '%s is a prompt like any other',
  async (typed) => {
    const { token } = await newUser();
    const { socket } = await connectSocket({ token });
    const events = await socket.say(typed);
    expect(events.filter(({ type }) => type === 'assistant_text')).toMatchObject([
      { text: `You said: ${typed}` },
    ]);
  },
);

test('an agent loads the skills of its plugins, and their files lie where the text says', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const terms = '/workspace/.skills/writing-tools/skills/translation/terms.md';
  const events = await socket.say(
    promptScript(
      { blocks: [{ tool: 'Skill', id: 'call_1', input: { skill: 'translation' } }] },
      { blocks: [{ tool: 'Read', id: 'call_2', input: { file_path: terms } }] },
      { blocks: [{ text: ['Done.'] }] },
    ),
  );
  const results = events.flatMap((event) => (event.type === 'tool_result' ? [event] : []));
  expect(results.map(({ is_error }) => is_error)).toEqual([false, false]);
  expect(results[0]?.content).toContain(`Copy \`${terms}\``);
  expect(results[1]?.content).toContain('# Terms');
});

test('an agent hands a task to the subagent of a plugin', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const task = {
    subagent_type: 'writing-tools:editor',
    description: 'Edit it',
    prompt: promptScript({ blocks: [{ text: ['Edited.'] }] }),
  };
  const events = await socket.say(
    promptScript(
      { blocks: [{ tool: 'Task', id: 'call_1', input: task }] },
      { blocks: [{ text: ['Done.'] }] },
    ),
  );
  expect(events.filter(({ type }) => type === 'tool_result')).toMatchObject([
    { tool_use_id: 'call_1', content: 'Edited.', is_error: false },
  ]);
});
