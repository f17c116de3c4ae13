import { afterEach, describe, expect, test } from 'vitest';
import { createAccess } from '#cli/access.ts';
import { connect } from '#cli/chat/connection.ts';
import type { Notice } from '#cli/chat/conversation.ts';
import { readConfig } from '#cli/config.ts';
import { openCredentials } from '#cli/credentials.ts';
import { exitCode } from '#cli/failure.ts';
import { FakeEdgewise, say, type Script } from '#test/support/fake-edgewise.ts';
import { run, startCli } from './run-in-process.ts';

const env = { API_KEY: 'key', CLI_ADMIN_PASSWORD: 'secret' };
const open: FakeEdgewise[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

async function serve(script: Script) {
  const server = new FakeEdgewise(script);
  open.push(server);
  return { server, url: await server.start() };
}

const turn: Script = function* () {
  yield* say('First some words.');
  yield { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } };
  yield { type: 'tool_result', tool_use_id: 't1', content: 'a\nb', is_error: false };
  yield* say('Then the end 😀.');
};

const whole = `First some words.
● Bash ls
  ⎿ a
    b

Then the end 😀.
[1 turn, $0.0123, 1.2 s]
`;

/** session_id, user_message, 3 + 1, 2, 4 + 1, done */
const eventsOfTurn = 14;

describe('a connection that breaks loses nothing and shows nothing twice', () => {
  test.each(Array.from({ length: eventsOfTurn - 1 }, (_, cut) => cut + 1))('after %i events', async (cut) => {
    const { server, url } = await serve(turn);
    server.breakAfter = [cut];
    const { code, out } = await run(['chat', '--api-url', url], { input: 'go', env });
    expect({ code, out }).toEqual({ code: 0, out: whole });
    expect([...server.sessions.values()].map(({ prompts }) => prompts)).toEqual([['go']]);
    expect(server.connections).toHaveLength(2);
  });

  test('after every single event', async () => {
    const { server, url } = await serve(turn);
    server.breakAfter = Array.from({ length: eventsOfTurn }, () => 1);
    const { code, out } = await run(['chat', '--api-url', url], { input: 'go', env });
    expect({ code, out }).toEqual({ code: 0, out: whole });
  });

  test.each([1, 2, 4, 7])('over SSE, after %i events', async (cut) => {
    const { server, url } = await serve(turn);
    server.breakAfter = [cut];
    const { code, out } = await run(['chat', '--mode', 'sse', '--api-url', url], { input: 'go', env });
    expect({ code, out }).toEqual({ code: 0, out: whole });
    expect(server.requests.filter((request) => request.includes('/conversations'))).toHaveLength(2);
  });
});

test('a prompt that never arrived is sent again with the same id, in a session of its own', async () => {
  const { server, url } = await serve(turn);
  server.losePrompts = 1;
  const { code, out } = await run(['chat', '--api-url', url], { input: 'go', env });
  expect({ code, out }).toEqual({ code: 0, out: whole });
  const ids = server.frames.map(({ message_id }) => message_id);
  expect(ids).toEqual([ids[0], ids[0]]);
  expect(server.sessions.size).toBe(1);
});

async function converse(url: string) {
  const { host } = startCli(['--version'], { env });
  return connect({
    server: url,
    access: createAccess({ host, config: readConfig(host, url), credentials: openCredentials(host) }),
    listener: { event: () => {}, notice: () => {} },
    agentId: undefined,
    resume: undefined,
    pause: async () => {},
  });
}

test('what the agent may do is chosen again where the session is begun anew before its first prompt', async () => {
  const { server, url } = await serve(turn);
  const conversation = await converse(url);
  server.losePrompts = 1;
  conversation.setPermissionMode('plan');
  await conversation.send('go');
  conversation.close();
  const mode = { type: 'set_permission_mode', mode: 'plan' };
  const prompt = { content: 'go', message_id: expect.any(String) };
  expect(server.frames).toEqual([mode, prompt, mode, prompt]);
});

test('what the agent may do is told again, before any prompt, until the server says the same', async () => {
  const { server, url } = await serve(turn);
  const conversation = await converse(url);
  await conversation.send('one');
  conversation.setPermissionMode('default');
  await conversation.send('two');
  server.loseModes = 1;
  conversation.setPermissionMode('plan');
  // A turn that ends does not make it told
  await conversation.send('three');
  server.losePrompts = 1;
  await conversation.send('four');
  server.losePrompts = 1;
  await conversation.send('five');
  conversation.close();
  // Told again after the server has told of the old one; then it has confirmed it
  expect(server.frames.map(({ mode, content }) => mode ?? content).join(' ')).toBe(
    'one default two plan three four plan four five five',
  );
});

test('a prompt that arrived just before the break is run once', async () => {
  const { server, url } = await serve(turn);
  server.breakAfter = [1, 1];
  await run(['chat', '--api-url', url], { input: 'go', env });
  expect([...server.sessions.values()].map(({ prompts }) => prompts)).toEqual([['go']]);
});

test('another client’s queued turn does not count as the answer', async () => {
  const { server, url } = await serve(async function* ({ prompt, untilCancelled }) {
    if (prompt === 'slow') await untilCancelled();
    yield* say(prompt);
  });
  await run(['chat', '-p', 'begin', '--api-url', url], { env });
  const id = [...server.sessions.keys()][0] ?? '';
  server.submit(id, 'slow', 'foreign');
  const asked = startCli(['chat', '-p', 'mine', '-s', id, '--api-url', url], { input: '', env });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const session = server.sessions.get(id);
  if (session === undefined) throw new Error('the session is gone');
  session.cancelled = true;
  for (const watcher of session.watchers) watcher();
  expect(await asked.code).toBe(0);
  expect(asked.out()).toMatch(/mine\n$/);
});

test('waits longer from time to time, then gives up; the next prompt tries again', async () => {
  const { server, url } = await serve(turn);
  const { host } = startCli(['--version'], { env });
  const config = readConfig(host, url);
  const access = createAccess({ host, config, credentials: openCredentials(host) });
  const waits: number[] = [];
  const notices: Notice['kind'][] = [];
  const conversation = await connect({
    server: config.server,
    access,
    listener: { event: () => {}, notice: ({ kind }) => notices.push(kind) },
    agentId: undefined,
    resume: undefined,
    pause: (ms) => {
      waits.push(ms / 1000);
      return new Promise(setImmediate);
    },
  });
  await server.stop();
  open.pop();
  await expect(conversation.send('hello')).rejects.toMatchObject({ exitCode: exitCode.unreachable });
  expect(waits.slice(0, 8)).toEqual([0, 1, 2, 4, 8, 16, 30, 30]);
  expect(notices.at(-1)).toBe('given_up');
  waits.length = 0;
  await expect(conversation.send('hello')).rejects.toMatchObject({ exitCode: exitCode.unreachable });
  expect(waits[1]).toBe(1);
  conversation.close();
});
