import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { ServerEvent } from '#protocol/server-event.ts';
import { reduce } from '#web/core/reduce-thread.ts';
import { emptyThread, type Thread } from '#web/core/thread.ts';
import { threadFromHistory } from '#web/core/thread-from-history.ts';
import { readEvent } from '#web/core/wire-events.ts';

/** Gives each event its position: a delta counts its length, any other event one. */
function numbered(events: readonly Record<string, unknown>[]): ServerEvent[] {
  let position = 0;
  return events.map((event) => {
    const { text } = event;
    position += event['type'] === 'text_delta' && typeof text === 'string' ? text.length : 1;
    return ServerEvent.parse({ ...event, event_id: position });
  });
}

const run = (events: readonly ServerEvent[], from: Thread = emptyThread): Thread =>
  events.reduce((thread, event) => reduce(thread, event, 7), from);

const positionOf = (event: ServerEvent): number => ('event_id' in event ? (event.event_id ?? 0) : 0);

const shown = (thread: Thread) =>
  thread.items.map((item) => {
    if (item.kind === 'tool') return `${item.kind} ${item.name} ${item.state}: ${item.output}`;
    return `${item.kind}: ${item.text}`;
  });

const done = {
  type: 'done',
  turn_count: 1,
  total_cost_usd: 0.01,
  duration_ms: 10,
  duration_api_ms: 9,
  is_error: false,
};

const turn = numbered([
  { type: 'session_id', session_id: 's1' },
  { type: 'user_message', content: 'hello', message_id: 'm1' },
  { type: 'content_block', block: { type: 'ThinkingBlock', thinking: 'hm', signature: '' } },
  { type: 'text_delta', text: 'Let me ' },
  { type: 'text_delta', text: 'look 👀.' },
  { type: 'assistant_text', text: 'Let me look 👀.' },
  { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } },
  { type: 'tool_result', tool_use_id: 't1', content: 'a.txt', is_error: null },
  { type: 'text_delta', text: 'One file' },
  { type: 'assistant_text', text: 'One file.' },
  done,
]);

test('a turn with a tool call becomes a conversation', () => {
  const thread = run(turn);
  expect(shown(thread)).toEqual([
    'user: hello',
    'thought: hm',
    'assistant: Let me look 👀.',
    'tool Bash done: a.txt',
    'assistant: One file.',
  ]);
  expect(thread).toMatchObject({ running: false, outbox: [], lastEvent: turn.map(positionOf).at(-1) });
});

test('whatever is replayed, in whatever cut, nothing is lost or doubled', () => {
  const whole = run(turn);
  // How far before the loss the replay begins, and how many new events arrive before the next loss.
  const cut = tuple(integer({ min: 0, max: 12 }), integer({ min: 0, max: 12 }));
  assert(
    property(array(cut, { maxLength: 4 }), (cuts) => {
      let thread = emptyThread;
      for (const [back, ahead] of cuts) {
        const seen = turn.filter((event) => positionOf(event) <= thread.lastEvent).length;
        thread = run(turn.slice(Math.max(0, seen - back), seen + ahead), thread);
      }
      thread = run(turn, thread);
      expect(shown(thread)).toEqual(shown(whole));
      expect(thread.lastEvent).toBe(whole.lastEvent);
    }),
  );
});

test('of a delta merged with text already seen, only the new part counts', () => {
  const pieces = constantFrom('a', 'bc', 'déf', '👀', ' ');
  assert(
    property(array(pieces, { minLength: 1 }), integer({ min: 1, max: 40 }), (texts, seen) => {
      const text = texts.join('');
      const first = { type: 'text_delta', text: text.slice(0, seen), event_id: Math.min(seen, text.length) };
      const merged = { type: 'text_delta', text, event_id: text.length };
      const thread = run([ServerEvent.parse(first), ServerEvent.parse(merged)]);
      expect(shown(thread)).toEqual([`assistant: ${text}`]);
    }),
  );
});

test('a prompt is unconfirmed until it comes back, and keeps its key', () => {
  const prompt = { kind: 'user', key: 'm1', text: 'hello', files: [], at: 1 } as const;
  const waiting = { ...emptyThread, outbox: [{ ...prompt, failed: false }] };
  const confirmed = run(turn.slice(0, 2), waiting);
  expect(confirmed.outbox).toEqual([]);
  expect(confirmed.items).toEqual([{ ...prompt, at: 7 }]);
});

test('a refusal is a card in the thread and fails the oldest unconfirmed prompt', () => {
  const one = { kind: 'user', key: 'a', text: 'x', files: [], at: 1, failed: false } as const;
  const before = { ...run(turn), outbox: [one, { ...one, key: 'b' }] };
  const after = reduce(before, { type: 'error', error: 'Empty content' }, 7);
  expect(shown(after)).toEqual([...shown(before), 'error: Empty content']);
  expect(after.outbox.map(({ key, failed }) => [key, failed])).toEqual([
    ['a', true],
    ['b', false],
  ]);
});

test('an answer that was stopped is marked, streamed and stored', () => {
  const text = { type: 'text_delta', text: 'half' } as const;
  const [stopped] = run(numbered([text, { type: 'cancelled' }])).items;
  expect(stopped).toMatchObject({ kind: 'assistant', text: 'half', stopped: true });
  const [whole] = run(numbered([text, done])).items;
  expect(whole).not.toHaveProperty('stopped');
});

test.each([
  { name: 'cancelled', end: { type: 'cancelled' } },
  { name: 'done', end: done },
])('$name keeps the partial text and interrupts what has no result', ({ end }) => {
  const events = numbered([
    { type: 'text_delta', text: 'half an ans' },
    { type: 'tool_use', id: 't', name: 'Read', input: {} },
    end,
  ]);
  expect(shown(run(events))).toEqual(['assistant: half an ans', 'tool Read interrupted: ']);
});

const asking = {
  question: {
    type: 'ask_user_question',
    question_id: 'q1',
    questions: [
      {
        question: 'Which?',
        header: 'Colour',
        options: [{ label: 'Red', description: '' }],
        multiSelect: false,
      },
    ],
    timeout: 60,
  },
  plan: { type: 'plan_approval', plan_id: 'p1', title: 'P', summary: '# P', steps: [], timeout: 120 },
  approval: { type: 'approval_request', approval_id: 'a1', tool: 'Bash', input: { command: 'rm x' } },
};

const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'ok', is_error: null });

test('what waits for a person is kept until its result comes', () => {
  const asked = run(numbered([asking.question, asking.plan, asking.approval]));
  expect([asked.running, asked.waiting]).toEqual([
    true,
    [
      { kind: 'question', id: 'q1', questions: asking.question.questions, reply: null },
      { kind: 'plan', id: 'p1', plan: '# P', reply: null },
      { kind: 'approval', id: 'a1', tool: 'Bash', input: { command: 'rm x' }, reply: null },
    ],
  ]);
  const answered = run([ServerEvent.parse({ ...result('p1'), event_id: 4 })], asked);
  expect([answered.running, answered.waiting.map(({ id }) => id)]).toEqual([true, ['q1', 'a1']]);
});

test('what somebody else replied to is closed at once', () => {
  const asked = run(numbered([asking.question, asking.plan]));
  const closed = run([ServerEvent.parse({ type: 'reply_taken', tool_use_id: 'q1' })], asked);
  expect(closed).toEqual({ ...asked, waiting: asked.waiting.filter(({ id }) => id === 'p1') });
});

test('a reply that came too late is a card of its own, and fails no prompt that is on its way', () => {
  const prompt = { kind: 'user', key: 'a', text: 'x', files: [], at: 1, failed: false } as const;
  const asked = { ...run(numbered([asking.question, asking.plan])), outbox: [prompt] };
  const late = { type: 'error', error: 'Too late.', tool_use_id: 'q1' };
  const after = run([ServerEvent.parse(late)], asked);
  expect(shown(after)).toEqual([...shown(asked), 'error: Too late.']);
  expect([after.outbox, after.waiting.map(({ id }) => id)]).toEqual([[prompt], ['p1']]);
});

test('what is told again changes nothing, a reply that was given included', () => {
  const asked = run(numbered([asking.approval]));
  const replied: Thread = {
    ...asked,
    waiting: asked.waiting.map((one) =>
      one.kind === 'approval' ? { ...one, reply: { approved: true, feedback: '' } } : one,
    ),
  };
  expect(run([ServerEvent.parse(asking.approval)], replied)).toEqual(replied);
});

test('a stored call that waits is shown so, until somebody has answered', () => {
  const call = { kind: 'tool', key: 'h1', name: 'Bash', input: {}, parent: null, output: '' } as const;
  const stored: Thread = {
    ...emptyThread,
    items: [
      { ...call, id: 'a0', state: 'interrupted' },
      { ...call, id: 'a1', state: 'interrupted' },
    ],
  };
  const asked = run([ServerEvent.parse(asking.approval)], stored);
  expect([asked.running, shown(asked)]).toEqual([true, ['tool Bash interrupted: ', 'tool Bash waiting: ']]);
  const answered = run([{ type: 'reply_taken', tool_use_id: 'a1' }], asked);
  expect(shown(answered)[1]).toBe('tool Bash running: ');
});

test.each([
  { name: 'cancelled', end: { type: 'cancelled' } },
  { name: 'done', end: done },
])('nothing waits after $name', ({ end }) => {
  expect(run(numbered([asking.question, asking.plan, end])).waiting).toEqual([]);
});

test('a resumed turn voids the message that was cut off, and does not ask its question again', () => {
  const events = numbered([
    { type: 'user_message', content: 'q', message_id: 'm' },
    { type: 'text_delta', text: 'half' },
    { type: 'turn_resumed' },
    { type: 'session_id', session_id: 's' },
    { type: 'user_message', content: 'q', message_id: 'm' },
    { type: 'text_delta', text: 'whole' },
    done,
    { type: 'user_message', content: 'q', message_id: 'n' },
  ]);
  expect(shown(run(events))).toEqual(['user: q', 'assistant: whole', 'user: q']);
});

test('a stored conversation reads like the streamed one', () => {
  const record = {
    timestamp: '2026-02-12T04:00:00.000Z',
    message_id: null,
    tool_name: null,
    tool_use_id: null,
    is_error: null,
    metadata: {},
  };
  const tool = { tool_use_id: 't1' };
  const thread = threadFromHistory({
    session_id: 's1',
    turn_count: 1,
    first_message: 'hello',
    last_event: 40,
    next_cursor: null,
    messages: [
      { ...record, role: 'user', content: [{ type: 'text', text: 'hello' }] },
      { ...record, role: 'assistant', content: 'hm', metadata: { block_type: 'thinking' } },
      { ...record, role: 'assistant', content: 'Let me look 👀.' },
      { ...record, ...tool, role: 'tool_use', content: '{"command":"ls"}', tool_name: 'Bash' },
      { ...record, ...tool, role: 'tool_result', content: 'a.txt', is_error: false },
      { ...record, role: 'assistant', content: 'One file.' },
      { ...record, role: 'system', content: '{}', metadata: { event_type: 'result' } },
    ],
  });
  expect(shown(thread)).toEqual(shown(run(turn)));
  expect(thread.lastEvent).toBe(40);
});

test('the page reads every event as the protocol does', () => {
  const taken = ServerEvent.parse({ type: 'reply_taken', tool_use_id: 'q1' });
  const events = [...turn, ...numbered(Object.values(asking)), taken];
  for (const event of events) expect(readEvent(JSON.stringify(event))).toEqual(event);
  expect(readEvent('{"type":"from_the_future","x":1}')).toBeNull();
});

test('a summary is a line of its own; while it is written the thread says so', () => {
  const [before, started, completed] = numbered([
    { type: 'assistant_text', text: 'Hello.' },
    { type: 'compact_started' },
    { type: 'compact_completed', session_id: 's1', summary: 'They said hello.' },
  ]);
  const during = run([before, started].filter((event) => event !== undefined));
  expect([during.compacting, shown(during)]).toEqual([true, ['assistant: Hello.']]);
  const after = run(
    [completed].filter((event) => event !== undefined),
    during,
  );
  expect([after.compacting, shown(after)]).toEqual([
    false,
    ['assistant: Hello.', 'summary: They said hello.'],
  ]);
});

test('a summary that is not made leaves no trace in the thread but what follows', () => {
  const thread = run(numbered([{ type: 'compact_started' }, { type: 'text_delta', text: 'On.' }]));
  expect([thread.compacting, shown(thread)]).toEqual([false, ['assistant: On.']]);
});

test('an error that is numbered is part of the conversation: it refuses no prompt that is on its way', () => {
  const outgoing = { kind: 'user', key: 'm1', text: 'hi', files: [], at: 7, failed: false } as const;
  const error = 'Compact failed: no credit';
  const thread = run(numbered([{ type: 'error', error }]), { ...emptyThread, outbox: [outgoing] });
  expect([shown(thread), thread.outbox]).toEqual([[`error: ${error}`], [outgoing]]);
});

test('the stored summary and the stored failure of one are shown where they stand', () => {
  const record = {
    timestamp: '2026-01-01T00:00:00.000Z',
    message_id: null,
    tool_name: null,
    tool_use_id: null,
    is_error: null,
  };
  const thread = threadFromHistory({
    session_id: 's1',
    messages: [
      { ...record, role: 'user', content: 'hi', metadata: {} },
      { ...record, role: 'system', content: 'They said hi.', metadata: { event_type: 'summary' } },
      { ...record, role: 'system', content: 'Compact failed: x', metadata: { event_type: 'error' } },
      { ...record, role: 'system', content: '{}', metadata: { event_type: 'result' } },
    ],
    turn_count: 1,
    first_message: 'hi',
    last_event: 9,
    next_cursor: null,
  });
  expect(shown(thread)).toEqual(['user: hi', 'summary: They said hi.', 'error: Compact failed: x']);
});
