import { expect, test } from 'vitest';
import { succeed } from '#lib/result.ts';
import { createChat } from '#web/core/chat.ts';
import { createDrafts } from '#web/core/drafts.ts';
import type { SocketLike } from '#web/core/socket.ts';

class FakeSocket extends EventTarget implements SocketLike {
  readyState: SocketLike['readyState'] = 1;
  readonly url: string;
  readonly sent: Record<string, unknown>[] = [];
  constructor(url: string) {
    super();
    this.url = url;
  }
  send(frame: string) {
    this.sent.push(JSON.parse(frame));
  }
  close() {
    this.readyState = 3;
  }
  fall(code = 1006) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
  say(...events: object[]) {
    for (const event of events)
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(event) }));
  }
  greet(workspace: string) {
    this.dispatchEvent(new Event('open'));
    this.say({ type: 'ready', cwd_id: workspace });
  }
}

class MemoryStorage implements Storage {
  readonly #values = new Map<string, string>();
  get length() {
    return this.#values.size;
  }
  clear = () => this.#values.clear();
  getItem = (key: string) => this.#values.get(key) ?? null;
  key = (index: number) => [...this.#values.keys()][index] ?? null;
  removeItem = (key: string) => void this.#values.delete(key);
  setItem = (key: string, value: string) => void this.#values.set(key, value);
}

function setUp(storage = new MemoryStorage()) {
  const sockets: FakeSocket[] = [];
  const timers: { ms: number; act: () => void }[] = [];
  const started: string[] = [];
  let ids = 0;
  const chat = createChat({
    api: {
      renew: async () => true,
      history: async (id) =>
        succeed({
          session_id: id,
          messages: [],
          turn_count: 0,
          first_message: null,
          last_event: 12,
          next_cursor: null,
        }),
    },
    drafts: createDrafts(storage),
    open(url) {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    },
    now: () => 5,
    later(ms, act) {
      const timer = { ms, act };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    every: () => () => {},
    random: () => 0,
    newId: () => `m${(ids += 1)}`,
    onFrame: (act) => act(),
    onSessionStarted: (id) => started.push(id),
    onTurnEnded: () => {},
  });
  const last = () => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('nothing was opened');
    return socket;
  };
  const elapse = () => {
    for (const { act } of timers.splice(0)) act();
  };
  return { chat, sockets, last, elapse, timers, started, thread: () => chat.state.get().thread };
}

const text = (words: string) => ({ text: words, files: [] });
const done = {
  type: 'done',
  turn_count: 1,
  total_cost_usd: 0,
  duration_ms: 1,
  duration_api_ms: 1,
  is_error: false,
};

test('a new conversation connects when it is needed, sends after `ready`, and learns its id', () => {
  const { chat, sockets, last, started } = setUp();
  chat.startNew('general');
  expect(sockets).toEqual([]);
  chat.send(text('hello'));
  expect(last().url).toBe('/api/v1/ws/chat?last_event=0&agent_id=general');
  expect(last().sent).toEqual([]);
  last().greet('w1');
  expect(last().sent).toEqual([{ content: 'hello', message_id: 'm1' }]);
  last().say({ type: 'session_id', session_id: 'w1', event_id: 1 });
  expect([started, chat.state.get().sessionId]).toEqual([['w1'], 'w1']);
});

test('a prompt that may not have arrived is sent again with its id, to the same session', () => {
  const { chat, last, elapse, thread } = setUp();
  chat.startNew(null);
  chat.send(text('hello'));
  last().greet('w1');
  last().fall();
  elapse();
  expect(last().url).toBe('/api/v1/ws/chat?last_event=0&session_id=w1');
  last().greet('w1');
  expect(last().sent).toEqual([{ content: 'hello', message_id: 'm1' }]);
  last().say({ type: 'user_message', content: 'hello', message_id: 'm1', event_id: 2 });
  last().fall();
  elapse();
  last().greet('w1');
  expect([last().sent, thread().items.length]).toEqual([[], 1]);
});

test('a session that never came to be is begun anew, with what was to be said', () => {
  const { chat, last, elapse } = setUp();
  chat.startNew(null);
  chat.send(text('hello'));
  last().greet('w1');
  last().fall();
  elapse();
  last().say({ type: 'error', error: "Session 'w1' not found" });
  last().fall(4004);
  expect(last().url).toBe('/api/v1/ws/chat?last_event=0');
  last().greet('w2');
  expect(last().sent).toEqual([{ content: 'hello', message_id: 'm1' }]);
  expect(chat.state.get().history).toBe('ready');
});

test('what the agent may do is chosen again where the session is begun anew before its first prompt', () => {
  const { chat, last, elapse } = setUp();
  chat.startNew('general');
  chat.choosePermissionMode('plan');
  last().greet('w1');
  last().say({ type: 'permission_mode', mode: 'plan' });
  last().fall();
  elapse();
  last().fall(4004);
  last().greet('w2');
  expect(last().sent).toEqual([{ type: 'set_permission_mode', mode: 'plan' }]);
  chat.chooseAgent('other');
  last().greet('w3');
  expect(last().sent).toEqual([{ type: 'set_permission_mode', mode: 'plan' }]);
});

test('an opened session goes on after its history, and is remembered when left', async () => {
  const { chat, last, sockets } = setUp();
  await chat.open('s1', null);
  expect(last().url).toBe('/api/v1/ws/chat?last_event=12&session_id=s1');
  last().greet('s1');
  last().say({ type: 'text_delta', text: 'four', event_id: 16 });
  await chat.open('s2', null);
  await chat.open('s1', null);
  expect(sockets.map((socket) => new URLSearchParams(socket.url.split('?')[1]).get('last_event'))).toEqual([
    '12',
    '12',
    '16',
  ]);
  expect(chat.state.get().thread.items).toMatchObject([{ kind: 'assistant', text: 'four' }]);
});

test('prompts written during a reply go out one by one after it', () => {
  const { chat, last, thread } = setUp();
  chat.startNew(null);
  for (const words of ['one', 'two', 'three']) chat.send(text(words));
  last().greet('w');
  const contents = () => last().sent.map((frame) => frame['content']);
  expect(contents()).toEqual(['one']);
  last().say(
    { type: 'user_message', content: 'one', message_id: 'm1', event_id: 1 },
    { ...done, event_id: 2 },
  );
  expect(contents()).toEqual(['one', 'two']);
  last().say({ type: 'user_message', content: 'two', message_id: 'm2', event_id: 3 });
  expect([contents(), thread().queue.length]).toEqual([['one', 'two'], 1]);
});

test('a stop that the server does not confirm counts as done after five seconds', () => {
  const { chat, last, elapse, timers, thread } = setUp();
  chat.startNew(null);
  chat.send(text('go'));
  last().greet('w');
  last().say({ type: 'user_message', content: 'go', message_id: 'm1', event_id: 1 });
  chat.stop();
  chat.stop();
  expect(last().sent.at(-1)).toEqual({ type: 'cancel_request' });
  expect([thread().stopping, timers.map(({ ms }) => ms)]).toEqual([true, [5_000]]);
  elapse();
  expect([thread().running, thread().stopping]).toEqual([false, false]);
});

test('what was never confirmed is in the composer after a reload', async () => {
  const storage = new MemoryStorage();
  const before = setUp(storage);
  await before.chat.open('s1', null);
  before.chat.send(text('lost on the way'));
  before.chat.write('half typed');
  const after = setUp(storage);
  await after.chat.open('s1', null);
  expect(after.chat.draft.get()).toBe('lost on the way\n\nhalf typed');
});

test('a refused prompt can be sent again, with a new id', () => {
  const { chat, last, thread } = setUp();
  chat.startNew(null);
  chat.send(text('too odd'));
  last().greet('w');
  last().say({ type: 'error', error: 'Invalid content' });
  expect(thread().outbox).toMatchObject([{ key: 'm1', failed: true }]);
  chat.retryFailed('m1');
  expect(last().sent).toEqual([
    { content: 'too odd', message_id: 'm1' },
    { content: 'too odd', message_id: 'm2' },
  ]);
  chat.withdraw('m2');
  expect(thread().outbox).toHaveLength(1);
});

const approval = { type: 'approval_request', approval_id: 'a1', tool: 'Bash', input: {}, event_id: 13 };
const allowed = { type: 'approval_response', approval_id: 'a1', approved: true, feedback: '' };

function answer(chat: ReturnType<typeof setUp>['chat'], approved: boolean): void {
  const [waiting] = chat.state.get().thread.waiting;
  if (waiting?.kind === 'approval') chat.reply({ ...waiting, reply: { approved, feedback: '' } });
}

test('a reply goes out once, and what was said first stays', async () => {
  const { chat, last, thread } = setUp();
  await chat.open('s1', null);
  last().greet('s1');
  last().say(approval);
  answer(chat, true);
  answer(chat, false);
  expect([last().sent, thread().waiting]).toMatchObject([[allowed], [{ reply: { approved: true } }]]);
});

test('a reply given without a connection goes out after it is back, until its result comes', async () => {
  const { chat, last, elapse, sockets, thread } = setUp();
  await chat.open('s1', null);
  last().greet('s1');
  last().say(approval);
  last().fall();
  answer(chat, true);
  // The reply does not wait for the next attempt
  expect([sockets.length, last().sent]).toEqual([2, []]);
  last().greet('s1');
  expect(last().sent).toEqual([allowed]);
  last().fall();
  elapse();
  last().greet('s1');
  expect(last().sent).toEqual([allowed]);
  last().say({ type: 'tool_result', tool_use_id: 'a1', content: 'ok', is_error: null, event_id: 14 });
  last().fall();
  elapse();
  last().greet('s1');
  expect([last().sent, thread().waiting]).toEqual([[], []]);
});

test('a stop while something waits cancels', async () => {
  const { chat, last, thread } = setUp();
  await chat.open('s1', null);
  last().greet('s1');
  last().say(approval);
  chat.stop();
  expect(last().sent).toEqual([{ type: 'cancel_request' }]);
  last().say({ type: 'cancelled', event_id: 14 });
  expect([thread().running, thread().waiting]).toEqual([false, []]);
});

test('what the agent may do is told again, before any prompt, until the server says the same', async () => {
  const { chat, last, elapse } = setUp();
  const plan = { type: 'set_permission_mode', mode: 'plan' };
  const prompt = (content: string, message_id: string) => ({ content, message_id });
  await chat.open('s1', null);
  last().greet('s1');
  // The connection is dead already, and nobody knows
  chat.choosePermissionMode('plan');
  chat.send(text('one'));
  last().fall();
  elapse();
  last().greet('s1');
  last().say({ type: 'permission_mode', mode: 'default' });
  expect(last().sent).toEqual([plan, prompt('one', 'm1')]);
  last().fall();
  elapse();
  last().greet('s1');
  expect(last().sent).toEqual([plan, prompt('one', 'm1')]);
  last().say({ type: 'permission_mode', mode: 'plan' });
  expect(chat.state.get().permissionMode).toBe('plan');
  last().fall();
  elapse();
  last().greet('s1');
  expect(last().sent).toEqual([prompt('one', 'm1')]);
});

test('what is said and chosen before the server has greeted waits for that, in the right order', async () => {
  const { chat, last, elapse } = setUp();
  await chat.open('s1', null);
  last().greet('s1');
  chat.choosePermissionMode('plan');
  last().fall();
  elapse();
  last().dispatchEvent(new Event('open'));
  chat.send(text('one'));
  expect(last().sent).toEqual([]);
  last().say({ type: 'ready', cwd_id: 's1' });
  expect(last().sent).toEqual([
    { type: 'set_permission_mode', mode: 'plan' },
    { content: 'one', message_id: 'm1' },
  ]);
});

test('what the agent may do is sent at once, or with the next connection; the server has the last word', () => {
  const { chat, last } = setUp();
  const mode = () => chat.state.get().permissionMode;
  chat.startNew('general');
  chat.choosePermissionMode('plan');
  expect(mode()).toBe('plan');
  last().greet('w1');
  chat.choosePermissionMode('default');
  expect(last().sent).toEqual([
    { type: 'set_permission_mode', mode: 'plan' },
    { type: 'set_permission_mode', mode: 'default' },
  ]);
  last().say({ type: 'permission_mode', mode: 'acceptEdits' });
  expect(mode()).toBe('acceptEdits');
  chat.startNew('general');
  expect(mode()).toBe(null);
});
