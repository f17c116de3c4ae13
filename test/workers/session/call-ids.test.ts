import { afterEach, expect, inject, test, vi } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import { askedOf, hookUrl } from '#test/support/fake-hooks.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

afterEach(() => vi.restoreAllMocks());

/** Every answer of this provider calls its first call `call_0`. */
const calls = (tool: string, input: object): FakeAnswer => ({ blocks: [{ tool, id: 'call_0', input }] });
const writes = (file_path: string): FakeAnswer => calls('Write', { file_path, content: 'x' });
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });

async function start() {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token, last_event: '0' });
  const used = () => socket.events.flatMap((event) => (event.type === 'tool_use' ? [event.id] : []));
  const answered = () =>
    socket.events.flatMap((event) =>
      event.type === 'tool_result' ? [[event.tool_use_id, event.is_error]] : [],
    );
  return { socket, used, answered };
}

test('consent to one call is none to the next, in the same turn and in later ones', async () => {
  const { socket, used, answered } = await start();
  socket.send({ type: 'set_permission_mode', mode: 'default' });
  const first = socket.next('approval_request');
  socket.send({ content: promptScript(writes('a.md'), writes('b.md'), says('Done.')) });
  expect(await first).toMatchObject({ approval_id: 'call_0' });
  const second = socket.next('approval_request');
  socket.send({ type: 'approval_response', approval_id: 'call_0', approved: true });
  expect(await second).toMatchObject({ approval_id: 'call_0_2', input: { file_path: 'b.md' } });
  const done = socket.next('done');
  socket.send({ type: 'approval_response', approval_id: 'call_0_2', approved: false });
  await done;

  const third = socket.next('approval_request');
  socket.send({ content: promptScript(writes('c.md'), says('Done.')) });
  expect(await third).toMatchObject({ approval_id: 'call_0_3' });
  const end = socket.next('done');
  socket.send({ type: 'approval_response', approval_id: 'call_0', approved: true });
  socket.send({ type: 'approval_response', approval_id: 'call_0_3', approved: false });
  await end;
  expect(used()).toEqual(['call_0', 'call_0_2', 'call_0_3']);
  expect(answered()).toEqual([
    ['call_0', false],
    ['call_0_2', true],
    ['call_0_3', true],
  ]);
});

test('calls of a subagent share no id with those of its agent', async () => {
  const { socket, used } = await start();
  const inside = promptScript(
    calls('Glob', { pattern: '*' }),
    calls('Glob', { pattern: '*' }),
    says('Report.'),
  );
  const task = { description: 'look', prompt: inside, subagent_type: 'reviewer' };
  await socket.say(promptScript(calls('Task', task), calls('Glob', { pattern: '*' }), says('Done.')));
  expect(used()).toEqual(['call_0', 'call_0_2', 'call_0_3', 'call_0_4']);
});

test('a hook is asked about each call', async () => {
  const url = hookUrl(
    inject('hooksUrl'),
    'same-id',
    { body: {} },
    { body: { decision: 'deny', reason: 'No.' } },
  );
  const agent = catalog.agent(null);
  const hook = {
    kind: 'endpoint',
    event: 'PreToolUse',
    matcher: undefined,
    url,
    headers: {},
    secret: undefined,
    timeoutMs: 5_000,
    onFailure: 'deny',
  } as const;
  vi.spyOn(catalog, 'agent').mockImplementation(() => ({ ...agent, hooks: [hook] }));
  const { socket, answered } = await start();
  await socket.say(promptScript(writes('a.md'), writes('b.md'), says('Done.')));
  expect(answered()).toEqual([
    ['call_0', false],
    ['call_0_2', true],
  ]);
  expect(await askedOf(inject('hooksUrl'), 'same-id')).toHaveLength(2);
});
