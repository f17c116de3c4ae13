import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import type { EndpointHook, Hook } from '#catalog/hook.ts';
import type { Tool } from '#agent/tool.ts';
import { createConnections } from '#lib/connections.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { seqOf } from '#session/entry.ts';
import { openSession } from '#session/open-session.ts';
import { turnHooks, type TurnHooks } from '#session/turn-hooks.ts';
import { askedOf, hookUrl } from '#test/support/fake-hooks.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { clientView } from '../../support/workers/client-view.ts';
import { connectSocket, textOfDeltas } from '../../support/workers/socket.ts';

declare module 'vitest' {
  interface ProvidedContext {
    hooksUrl: string;
    mcpUrl: string;
  }
}

afterEach(() => vi.restoreAllMocks());

/** What `agents.yaml` would say. */
function useHooks(...hooks: readonly Hook[]): void {
  const agent = catalog.agent(null);
  vi.spyOn(catalog, 'agent').mockImplementation(() => ({ ...agent, hooks }));
}

const endpoint = (
  event: EndpointHook['event'],
  url: string,
  rest: Partial<EndpointHook> = {},
): EndpointHook => ({
  kind: 'endpoint',
  event,
  matcher: undefined,
  url,
  headers: {},
  secret: undefined,
  timeoutMs: 5_000,
  onFailure: 'deny',
  ...rest,
});

const answering = (key: string, ...bodies: readonly object[]) =>
  hookUrl(inject('hooksUrl'), key, ...bodies.map((body) => ({ body })));
const askedBodies = async (key: string): Promise<unknown[]> =>
  (await askedOf(inject('hooksUrl'), key)).map(({ text }) => JSON.parse(text));

const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });
const writes = (id: string): FakeAnswer => ({
  blocks: [{ tool: 'Write', id, input: { file_path: '/workspace/output/a.txt', content: 'x' } }],
});

async function start() {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token, last_event: '0' });
  return { ...user, socket, sessionId: ready.type === 'ready' ? ready.cwd_id : '' };
}

const results = (events: readonly { readonly type: string }[]) =>
  events.filter(({ type }) => type === 'tool_result');

test('before a tool: the endpoint sees the call, and its refusal reaches model and user', async () => {
  const url = answering('pre-deny', { decision: 'deny', reason: 'Ask Ada first.' });
  useHooks(endpoint('PreToolUse', url, { matcher: 'Bash|Wri*' }));
  const { socket, sessionId, username } = await start();
  const events = await socket.say(promptScript(writes('w1'), says('I could not.')));
  expect(results(events)).toMatchObject([
    { tool_use_id: 'w1', is_error: true, content: 'Hook PreToolUse:Write denied this tool. Ask Ada first.' },
  ]);
  expect(textOfDeltas(events)).toBe('I could not.');
  expect(await askedBodies('pre-deny')).toEqual([
    {
      event: 'PreToolUse',
      tool_use_id: 'w1',
      tool_name: 'Write',
      tool_input: { file_path: '/workspace/output/a.txt', content: 'x' },
      session_id: sessionId,
      agent_id: catalog.agent(null).id,
      username,
    },
  ]);
});

test('a hook that asks: the call waits with its changed input, and is not asked about again after a crash and consent', async () => {
  const changed = { file_path: '/workspace/output/b.txt', content: 'y' };
  useHooks(
    endpoint(
      'PreToolUse',
      answering('pre-ask', { decision: 'ask', updated_input: changed }, { decision: 'deny' }),
    ),
  );
  const { socket, token, sessionId } = await start();
  const asked = socket.next('approval_request');
  socket.send({ content: promptScript(writes('w1'), says('Written.')) });
  expect(await asked).toMatchObject({ approval_id: 'w1', input: changed });
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  const done = back.socket.next('done');
  back.socket.send({ type: 'approval_response', approval_id: 'w1', approved: true });
  await done;
  expect(results(back.socket.events)).toMatchObject([
    { is_error: false, content: expect.stringContaining('/workspace/output/b.txt') },
  ]);
  expect(await askedBodies('pre-ask')).toHaveLength(1);
});

test.each([
  { name: 'forbid', onFailure: 'deny' as const, isError: true },
  { name: 'allow', onFailure: 'allow' as const, isError: false },
])('a hook that does not work may $name', async ({ name, onFailure, isError }) => {
  const url = hookUrl(inject('hooksUrl'), `broken-${name}`, { status: 500 });
  useHooks(endpoint('PreToolUse', url, { onFailure }));
  const { socket } = await start();
  const events = await socket.say(promptScript(writes('w1'), says('ok')));
  expect(results(events)).toMatchObject([{ is_error: isError }]);
});

test('after a tool: the endpoint sees the result, and what it adds stands behind it', async () => {
  useHooks(
    endpoint('PostToolUse', answering('post', { decision: 'deny', additional_context: 'Tests are due.' })),
  );
  const { socket } = await start();
  const events = await socket.say(promptScript(writes('w1'), says('ok')));
  expect(results(events)).toMatchObject([
    {
      is_error: false,
      content:
        'The file /workspace/output/a.txt has been created.\n\n[Added by a hook of this agent]\nTests are due.',
    },
  ]);
  expect(await askedBodies('post')).toMatchObject([
    { tool_output: 'The file /workspace/output/a.txt has been created.', is_error: false },
  ]);
});

test('a prompt that is blocked reaches no model, then or later', async () => {
  const url = answering('prompt', { decision: 'deny', reason: 'It holds a card number.' }, {});
  useHooks(endpoint('UserPromptSubmit', url));
  const { socket } = await start();
  const events = await socket.say(promptScript(says('never')));
  const text = 'Your message was not passed on to the agent. It holds a card number.';
  expect(clientView(events).filter((item) => 'text' in item)).toEqual([{ text }]);
  expect(events.at(-1)).toMatchObject({ type: 'done', is_error: true, turn_count: 0 });
  // The fake model takes the newest script of what it is sent; the blocked one is not in it
  expect(textOfDeltas(await socket.say('hello'))).toBe('You said: hello');
});

test.each([
  { name: 'typed', prompt: { content: '/compact keep my card number in mind' } },
  { name: 'a request', prompt: { type: 'compact_request', instructions: 'keep my card number in mind' } },
])('a wish for a summary is asked about like a prompt: $name', async ({ name, prompt }) => {
  const key = `compact-${name}`;
  const url = answering(key, {}, { decision: 'deny', reason: 'It holds a card number.' });
  useHooks(endpoint('UserPromptSubmit', url));
  const { socket } = await start();
  await socket.say('hello');
  const from = socket.events.length;
  const told = socket.when(
    (event) => JSON.stringify(event).includes('It holds a card number.') && event.type !== 'user_message',
  );
  socket.send(prompt);
  await told;
  expect(socket.types(from)).not.toContain('compact_started');
  expect(await askedBodies(key)).toMatchObject([
    { prompt: 'hello' },
    { event: 'UserPromptSubmit', prompt: '/compact keep my card number in mind' },
  ]);
});

test('where hooks have nothing to say, no step reads the turn again', async () => {
  const { username, sessionId } = await start();
  const agent = catalog.agent(null);
  await runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), async (_, state) => {
    const session = openSession(state, env);
    const read = vi.spyOn(session.entries, 'turn');
    const { signal } = new AbortController();
    const hooks = turnHooks(session, { agent: { ...agent, hooks: [] }, turn: 1, signal });
    expect([await hooks.notes('step'), await hooks.notes('end')]).toEqual([[], []]);
    expect(read).not.toHaveBeenCalled();
  });
});

const firstPrompt = {
  seq: seqOf(1, 0),
  position: 0,
  messageId: null,
  body: { kind: 'prompt', content: 'hello' },
} as const;
const write = { type: 'tool_use', name: 'Write', input: {} } as const;
const written = { type: 'tool_result', tool_use_id: 'w1', content: 'x' } as const;

/** What a turn asks of these hooks, over a network of the test. */
async function askTurn(
  hooks: readonly Hook[],
  network: (url: string, init: RequestInit) => Promise<Response>,
  act: (asked: TurnHooks, tool: Tool) => Promise<void>,
): Promise<void> {
  const { username, sessionId } = await start();
  const agent = catalog.agent(null);
  await runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), async (_, state) => {
    const session = openSession(state, env);
    session.entries.append({ ...firstPrompt, at: session.clock.now() });
    const [tool] = session.tools;
    if (tool === undefined) throw new Error('there are no tools');
    const { signal } = new AbortController();
    const connections = createConnections((input, init) => network(new Request(input).url, init ?? {}));
    await act(turnHooks({ ...session, connections }, { agent: { ...agent, hooks }, turn: 1, signal }), tool);
  });
}

test('at most three endpoints are asked at a time, and who is told of a result has ten seconds', async () => {
  let asking = 0;
  let most = 0;
  const slow = async () => {
    most = Math.max(most, (asking += 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    asking -= 1;
    return new Response('');
  };
  const all = (['PreToolUse', 'PostToolUse'] as const).map((event) =>
    endpoint(event, 'https://hooks.example', { timeoutMs: 60_000 }),
  );
  await askTurn(all, slow, async ({ ofCalls }, tool) => {
    const ids = ['1', '2', '3', '4', '5', '6', '7'];
    await Promise.all(ids.map((id) => ofCalls.beforeCall({ ...write, id }, tool)));
    expect(most).toBe(3);
    const timer = vi.spyOn(globalThis, 'setTimeout');
    await ofCalls.afterCall({ ...write, id: '1' }, written);
    expect(timer.mock.calls.map(([, ms]) => ms)).toContain(10_000);
  });
});

/** Ends with its signal, and not before. */
const silence = async (_url: string, { signal }: RequestInit): Promise<Response> => {
  signal?.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<Response>();
  signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  return promise;
};

test('however many endpoints are silent, a call waits only as long as the most patient hook of each event', async () => {
  const hooks = (['PreToolUse', 'PostToolUse'] as const).flatMap((event) =>
    [400, 200, 400, 300].map((timeoutMs) =>
      endpoint(event, 'https://hooks.example', { timeoutMs, onFailure: 'allow' }),
    ),
  );
  await askTurn(hooks, silence, async ({ ofCalls }, tool) => {
    for (const asked of [
      () => ofCalls.beforeCall({ ...write, id: 'w1' }, tool),
      () => ofCalls.afterCall({ ...write, id: 'w1' }, written),
    ]) {
      const begun = performance.now();
      await asked();
      const took = performance.now() - begun;
      expect(took).toBeGreaterThan(350);
      expect(took).toBeLessThan(750);
    }
  });
});

test('where the time of all is over, the hooks that were not asked have failed too', async () => {
  const hooks = [
    endpoint('PreToolUse', 'https://hooks.example', { timeoutMs: 50, onFailure: 'allow' }),
    endpoint('PreToolUse', 'https://hooks.example', { timeoutMs: 50 }),
  ];
  await askTurn(hooks, silence, async ({ ofCalls }, tool) => {
    expect(await ofCalls.beforeCall({ ...write, id: 'w1' }, tool)).toMatchObject({
      decision: 'deny',
      reason: expect.stringContaining('could not be made'),
    });
  });
});

/** The endpoint whose address says 0 answers last. */
const lateFirst = async (url: string): Promise<Response> => {
  const index = Number(new URL(url).searchParams.get('index'));
  await new Promise((resolve) => setTimeout(resolve, index === 0 ? 100 : 0));
  return Response.json({
    decision: index === 0 ? 'allow' : 'deny',
    reason: `reason ${index}`,
    additional_context: `context ${index}`,
  });
};

test('endpoints that are asked at the same time count in the order of the configuration', async () => {
  const hooks = (['PostToolUse', 'UserPromptSubmit'] as const).flatMap((event) =>
    [0, 1, 2].map((index) => endpoint(event, `https://hooks.example/?index=${index}`)),
  );
  await askTurn(hooks, lateFirst, async (asked) => {
    expect(await asked.ofCalls.afterCall({ ...write, id: 'w1' }, written)).toBe('context 0\ncontext 1');
    expect(await asked.beforePrompt()).toBe('reason 1');
  });
});

test('what a hook adds to a prompt is told to the model once, and before its first message', async () => {
  useHooks(
    endpoint('UserPromptSubmit', answering('context', { additional_context: 'The user is in Oslo.' })),
  );
  const { socket } = await start();
  // A prompt that is no script is answered with the last text that the model was sent
  expect(textOfDeltas(await socket.say('where am I?'))).toBe(
    'You said: [Added by a hook of this agent]\nThe user is in Oslo.',
  );
  expect(await askedBodies('context')).toMatchObject([{ event: 'UserPromptSubmit', prompt: 'where am I?' }]);
});

test('a hook keeps the agent from stopping, twice in a turn at most', async () => {
  useHooks(endpoint('Stop', answering('stop', { decision: 'deny', reason: 'Run the tests.' })));
  const { socket } = await start();
  const texts = clientView(await socket.say('go')).flatMap((item) => ('text' in item ? [item.text] : []));
  const goOn = 'You said: [A hook of this agent says that you are not done]\nRun the tests.';
  expect(texts).toEqual(['You said: go', goOn, goOn]);
  expect(await askedBodies('stop')).toMatchObject([{ answer: 'You said: go' }, { answer: goOn }]);
});

test.each([
  {
    rule: 'no-network' as const,
    tool: 'WebFetch',
    input: { url: 'https://example.com', prompt: 'x' },
    text: /works without the network/,
  },
  {
    rule: 'no-network' as const,
    tool: 'Write',
    input: { file_path: 'output/a.txt', content: 'x' },
    text: /has been created/,
  },
  {
    rule: 'confirm-outward' as const,
    tool: 'Write',
    input: { file_path: 'output/a.txt', content: 'x' },
    text: /has been created/,
  },
])('the rule $rule and a call of $tool', async ({ rule, tool, input, text }) => {
  useHooks({ kind: 'rule', event: 'PreToolUse', rule, matcher: undefined });
  const { socket } = await start();
  const events = await socket.say(promptScript({ blocks: [{ tool, id: 'c1', input }] }, says('ok')));
  expect(results(events)).toMatchObject([{ content: expect.stringMatching(text) }]);
});

const mcpUrl = () => `${inject('mcpUrl')}/json?${crypto.randomUUID()}`;
const sends: FakeAnswer = { blocks: [{ tool: 'mcp__fake__send_mail', id: 'm1', input: { text: 'hi' } }] };

/** A session that the tool of an MCP server needs no consent in, but for the rule. */
function startWith(rule: 'confirm-outward' | 'no-network', url: string) {
  const agent = catalog.agent(null);
  vi.spyOn(catalog, 'agent').mockImplementation(() => ({
    ...agent,
    permissionMode: 'bypassPermissions',
    hooks: [{ kind: 'rule', event: 'PreToolUse', rule, matcher: undefined }],
    mcpServers: [toRemoteServer('fake', { url })],
  }));
  return start();
}

async function toolCalls(url: string): Promise<number> {
  const all: { path: string; rpc: string }[] = await (
    await fetch(`${inject('mcpUrl')}/control/requests`)
  ).json();
  return all.filter(({ path, rpc }) => url.endsWith(path) && rpc === 'tools/call').length;
}

test.each([
  { approved: true, text: /sent hi/, made: 1 },
  { approved: false, text: /^The user did not allow this call of mcp__fake__send_mail\./, made: 0 },
])('the rule confirm-outward: a call of a foreign server waits for the user ($approved)', async (wanted) => {
  const url = mcpUrl();
  const { socket } = await startWith('confirm-outward', url);
  const asked = socket.next('approval_request');
  socket.send({ content: promptScript(sends, says('ok')) });
  expect(await asked).toMatchObject({ approval_id: 'm1', tool: 'mcp__fake__send_mail' });
  expect([results(socket.events), await toolCalls(url)]).toEqual([[], 0]);
  const done = socket.next('done');
  socket.send({ type: 'approval_response', approval_id: 'm1', approved: wanted.approved });
  await done;
  expect(results(socket.events)).toMatchObject([{ content: expect.stringMatching(wanted.text) }]);
  expect(await toolCalls(url)).toBe(wanted.made);
});

test('the rule no-network: no call reaches a foreign server', async () => {
  const url = mcpUrl();
  const { socket } = await startWith('no-network', url);
  const events = await socket.say(promptScript(sends, says('ok')));
  expect(results(events)).toMatchObject([{ content: expect.stringMatching(/works without the network/) }]);
  expect(await toolCalls(url)).toBe(0);
});
