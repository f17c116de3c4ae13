import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { catalog } from '#catalog/catalog.ts';
import type { EndpointHook } from '#catalog/hook.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { askedOf, type FakeAnswer } from '#test/support/fake-messages-api.ts';
import { hookUrl } from '#test/support/fake-hooks.ts';
import { promptScript, refused } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket, type TestSocket } from '../../support/workers/socket.ts';
import { calls, hands, says } from '../../support/workers/tasks.ts';
import { upload } from '../http/files-form.ts';

afterEach(() => Object.assign(catalog.agent(null), { mcpServers: [], hooks: [] }));

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGP4DwQACfsD/Z8fLloAAAAASUVORK5CYII=';

async function* bytesOf(base64: string) {
  yield Uint8Array.from(Buffer.from(base64, 'base64'));
}

const questions = [
  {
    question: 'Which colour?',
    header: 'Colour',
    options: [
      { label: 'Red', description: '' },
      { label: 'Blue', description: '' },
    ],
    multiSelect: false,
  },
];

declare module 'vitest' {
  interface ProvidedContext {
    modelUrl: string;
    hooksUrl: string;
  }
}

/** A session over the real doors, which a test can leave and come back to. */
async function open() {
  const { token, username } = await newUser();
  const { socket: first, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
  let socket: TestSocket = first;
  const back = async () => {
    const last = Math.max(...socket.events.map((event) => ('event_id' in event ? (event.event_id ?? 0) : 0)));
    socket = (await connectSocket({ token, session_id: sessionId, last_event: `${last}` })).socket;
  };
  return {
    token,
    sessionId,
    /** All of a turn, whose prompt is a script or just words. */
    say: (...steps: (FakeAnswer | string)[]) =>
      socket.say(
        typeof steps[0] === 'string'
          ? steps[0]
          : promptScript(...steps.filter((step) => typeof step === 'object')),
      ),
    show: (content: unknown) => socket.say(content),
    /** Begins a turn, replies to what it asks, and waits for its end. */
    async reply(asks: FakeAnswer, event: Parameters<TestSocket['next']>[0], answer: object) {
      const asked = socket.next(event);
      const done = socket.next('done');
      socket.send({ content: promptScript(asks, says('Good.')) });
      await asked;
      socket.send(answer);
      await done;
    },
    async choose(mode: string) {
      const told = socket.next('permission_mode');
      socket.send({ type: 'set_permission_mode', mode });
      await told;
    },
    async cancel(answer: FakeAnswer) {
      const begun = socket.next('text_delta');
      const ended = socket.next('cancelled');
      socket.send({ content: promptScript(answer) });
      await begun;
      socket.send({ type: 'cancel' });
      await ended;
    },
    /** Dies in the middle of the turn's last answer, and waits for the turn's end in its next life. */
    async crashWithin(...steps: FakeAnswer[]) {
      const begun = socket.next('text_delta');
      socket.send({ content: promptScript(...steps) });
      await begun;
      await abortAllDurableObjects();
      await back();
      await socket.next('done');
    },
    async evict() {
      await socket.close();
      await evictDurableObject(stub);
      await back();
    },
    async crash() {
      await abortAllDurableObjects();
      await back();
    },
  };
}

const Body = z.object({ messages: z.array(z.object({ role: z.string(), content: z.array(z.unknown()) })) });

/** The requests of one conversation with the model, each as the bytes that the server was sent. */
async function conversation(mark: string): Promise<string[]> {
  const all = await askedOf(inject('modelUrl'), mark);
  return all.filter((raw) => JSON.stringify(Body.parse(JSON.parse(raw)).messages[0]).includes(mark));
}

const END = ']}]}';

/** Contract: system, tools and settings come before the messages, so one comparison is enough for all of it. */
function expectOneGrowth(requests: readonly string[]): void {
  for (const [index, raw] of requests.entries()) {
    expect(raw.endsWith(END)).toBe(true);
    const before = requests[index - 1]?.slice(0, -END.length) ?? '{';
    let at = 0;
    while (at < before.length && raw[at] === before[at]) at += 1;
    // Only what differs: the whole of them would fill the screen
    const text = (of: string) => of.slice(Math.max(0, at - 200), at + 200);
    if (at < before.length) expect({ index, text: text(raw) }).toEqual({ index, text: text(before) });
    expect(at).toBe(before.length);
  }
}

test('whatever happens in a session, each request begins with the bytes of the one before, up to its newest message', async () => {
  const mark = `Hello, ${crypto.randomUUID()}`;
  const mcpServers = [toRemoteServer('fake', { url: `${inject('mcpUrl')}/json` })];
  Object.assign(catalog.agent(null), { mcpServers });
  const it = await open();
  await it.say(mark);
  await it.say(
    {
      blocks: [
        { thinking: ['Hm, ', 'a call.'], signature: 'sig-1==' },
        { redacted: 'opaque' },
        { text: ['I look.', ' \n'] },
        {
          tool: 'Bash',
          id: 'c1',
          input: { command: 'echo "ü 🙂"; exit 3' },
          json: ['{ "command" : ', '"echo \\"ü\\"" }'],
        },
      ],
    },
    { blocks: [{ thinking: ['So.'], signature: 'sig-2==' }, { text: ['Done. '] }, { text: ['\n'] }] },
  );
  await it.say(
    {
      blocks: [
        { tool: 'Write', id: 'd1', input: { file_path: 'output/a.txt', content: 'ü' } },
        { tool: 'Read', id: 'd2', input: { file_path: 'output/a.txt' } },
        { tool: 'Read', id: 'd2', input: { file_path: 'nothing.txt', z: 1, a: { y: [true, null] } } },
        { tool: 'Nothing', id: 'd4', input: {} },
        { tool: 'TaskCreate', id: 'd5', input: { subject: 'Look', description: 'at it' } },
      ],
    },
    says('All of it.'),
  );
  await it.evict();
  await it.show([
    { type: 'text', text: 'What is this?' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
  ]);
  await upload(it.token, [
    { name: 'cwd_id', value: it.sessionId },
    { fileName: 'p.png', content: bytesOf(pixel) },
  ]);
  await it.say(calls('e1', 'Read', { file_path: '/workspace/input/p.png' }), says('A pixel.'));
  await it.say(
    hands({ id: 't1', steps: [calls('r1', 'Glob', { pattern: '*' }), says('Two.')] }),
    says('Two files.'),
  );
  await it.say(
    hands({ id: 't2', background: true, steps: [{ ...says('In the end.'), delayMs: 20 }] }),
    says('It works.'),
  );
  await it.crash();
  await it.reply(calls('q1', 'AskUserQuestion', { questions }), 'ask_user_question', {
    type: 'user_answer',
    question_id: 'q1',
    answers: { 'Which colour?': 'Red' },
  });
  await it.say(calls('s1', 'Skill', { skill: 'data-summary' }), says('Learnt.'));
  await it.say('/translate German Good morning');
  await it.choose('plan');
  await it.say(calls('w1', 'Write', { file_path: 'output/b.txt', content: 'x' }), says('I may not.'));
  await it.reply(calls('p1', 'ExitPlanMode', { plan: '# Plan' }), 'plan_approval', {
    type: 'plan_approval_response',
    plan_id: 'p1',
    approved: true,
  });
  await it.choose('default');
  await it.reply(calls('w2', 'Write', { file_path: 'output/c.txt', content: 'x' }), 'approval_request', {
    type: 'approval_response',
    approval_id: 'w2',
    approved: false,
    feedback: 'Not now',
  });
  await it.choose('bypassPermissions');
  await it.say({ status: 400, message: 'no' });
  await it.cancel({ blocks: [{ text: ['Once upon a time, ', 'and ', 'more'] }], hangAfter: 2 });
  await it.say({ blocks: [{ thinking: ['Only a thought.'], signature: 'sig-3==' }] });
  await it.say(
    { blocks: [{ tool: 'Write', id: 'c1', input: {}, json: ['{"content":"lo'] }], stop: 'max_tokens' },
    says('Again.'),
  );
  await it.say(calls('m1', 'mcp__fake__picture', {}), says('White.'));
  await (
    await send('POST', `/api/v1/conversations/${it.sessionId}/stream`, {
      token: it.token,
      body: { content: 'From elsewhere' },
    })
  ).text();
  await it.crashWithin(calls('k1', 'Bash', { command: 'echo before' }), {
    blocks: [{ text: Array.from({ length: 20 }, (_, word) => `word ${word} `) }],
    delayMs: 20,
  });
  await it.say('Bye');

  const requests = await conversation(mark);
  expect(requests).toHaveLength(36);
  expectOneGrowth(requests);
}, 60_000);

test('also with hooks that add something, block a prompt, and let the agent not stop', async () => {
  const answering = (...bodies: readonly object[]) =>
    hookUrl(inject('hooksUrl'), crypto.randomUUID(), ...bodies.map((body) => ({ body })));
  const hook = (event: EndpointHook['event'], url: string): EndpointHook => ({
    kind: 'endpoint',
    event,
    matcher: undefined,
    url,
    headers: {},
    secret: undefined,
    timeoutMs: 5_000,
    onFailure: 'deny',
  });
  Object.assign(catalog.agent(null), {
    hooks: [
      hook('UserPromptSubmit', answering({ additional_context: 'A holiday.' }, { decision: 'deny' }, {})),
      hook('PostToolUse', answering({ additional_context: 'Tests are due.' })),
      hook('Stop', answering({}, { decision: 'deny', reason: 'Look again.' }, {})),
    ],
  });
  const mark = `Hello, ${crypto.randomUUID()}`;
  const it = await open();
  await it.say(mark);
  await it.say('never');
  await it.say(calls('a1', 'Bash', { command: 'echo a' }), says('Done.'));
  await it.crash();
  await it.say('Bye');
  const requests = await conversation(mark);
  expect(requests).toHaveLength(5);
  expect(requests.at(-1)).toContain('A holiday.');
  expect(requests.at(-1)).toContain('Look again.');
  expectOneGrowth(requests);
});

test('what the provider refused of the messages is sent to it once, however often the session wakes', async () => {
  const mark = `Hello, ${crypto.randomUUID()}`;
  const it = await open();
  const image = (data: string) => ({
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data },
  });
  await it.show([{ type: 'text', text: mark }, image(pixel)]);
  await it.say({ blocks: [{ thinking: ['Hm.'], signature: refused.signature }, { text: ['One.'] }] });
  await it.say({ blocks: [{ thinking: ['So.'], signature: 'sig-2==' }, { text: ['Two.'] }] });
  await it.evict();
  await it.say('three');
  await it.evict();
  await it.show([{ type: 'text', text: 'four' }, image(refused.image)]);
  await it.evict();
  await it.say('five');
  await it.crash();
  await it.say('six');

  const requests = await conversation(mark);
  const wereRefused = requests.map(
    (raw) => raw.includes(`"signature":"${refused.signature}"`) || raw.includes(refused.image),
  );
  expect(wereRefused).toEqual([false, false, true, false, false, true, false, false, false]);
  const taken = requests.filter((_, index) => wereRefused[index] === false);
  expectOneGrowth(taken.slice(2));
  // What was not to blame is still there
  expect(taken.at(-1)).toContain(pixel);
  expect(taken.at(-1)).toContain('sig-2==');
});
