import { afterEach, expect, test } from 'vitest';
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

const echo: Script = ({ prompt }) => say(`You said: ${prompt}`);

const toolTurn: Script = function* () {
  yield* say('Let me look.');
  yield { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls -la\necho' } };
  yield { type: 'tool_result', tool_use_id: 't1', content: 'a\nb\nc\nd\ne\nf\ng', is_error: false };
  yield { type: 'tool_use', id: 't2', name: 'Read', input: { file_path: '/x' } };
  yield { type: 'tool_use', id: 't3', name: 'Glob', input: { pattern: '*' } };
  yield { type: 'tool_result', tool_use_id: 't2', content: 'No such file', is_error: true };
  yield { type: 'tool_result', tool_use_id: 't3', content: '', is_error: null };
  yield { type: 'from_a_newer_server', what: 1 };
  yield* say('Seven files.');
};

test.each(['ws', 'sse'])('piped lines are prompts, one after the other (%s)', async (mode) => {
  const { server, url } = await serve(echo);
  const result = await run(['chat', '--mode', mode, '--api-url', url], { input: 'hello\n\nand again', env });
  expect(result).toEqual({
    code: 0,
    out: 'You said: hello\n[1 turn, $0.0123, 1.2 s]\nYou said: and again\n[2 turns, $0.0123, 1.2 s]\n',
    err: '',
  });
  expect([...server.sessions.values()].map(({ prompts }) => prompts)).toEqual([['hello', 'and again']]);
});

test('a command of the agent is a prompt; one that nobody has is named, with what was probably meant', async () => {
  const { server, url } = await serve(echo);
  const { out } = await run(['chat', '--api-url', url], {
    input: '/summarize a.txt\n/sumarize\n/commands',
    env,
  });
  expect(out).toBe(
    `You said: /summarize a.txt
[1 turn, $0.0123, 1.2 s]
There is no command /sumarize. Did you mean /summarize?
/summarize [file]  writing-tools  Sums it up
`,
  );
  expect([...server.sessions.values()].map(({ prompts }) => prompts)).toEqual([['/summarize a.txt']]);
});

test('a turn with tools reads as lines', async () => {
  const { url } = await serve(toolTurn);
  const { out } = await run(['chat', '--api-url', url], { input: 'go', env });
  expect(out).toBe(`Let me look.
● Bash ls -la…
  ⎿ a
    b
    c
    d
    … 3 more lines
● Read /x
● Glob *
  Read:
  ⎿ No such file
  ⎿ (no output)

Seven files.
[1 turn, $0.0123, 1.2 s]
`);
});

test('one shot: only the answer on standard output', async () => {
  const { url } = await serve(toolTurn);
  const { code, out, err } = await run(['chat', '-p', 'go', '--api-url', url], { env });
  expect({ code, out }).toEqual({ code: 0, out: 'Let me look.\n\nSeven files.\n' });
  expect(err).toContain('● Bash ls -la…\n');
});

test('one shot with --json: every event a line', async () => {
  const { server, url } = await serve(echo);
  const { code, out, err } = await run(['chat', '-p', 'hi', '--json', '--api-url', url], { env });
  const events = out
    .trim()
    .split('\n')
    .map((line): { type: string } => JSON.parse(line));
  expect({ code, err, types: events.map(({ type }) => type) }).toEqual({
    code: 0,
    err: '',
    types: ['session_id', 'text_delta', 'text_delta', 'text_delta', 'assistant_text', 'done'],
  });
  expect(events[0]).toMatchObject({ session_id: [...server.sessions.keys()][0] });
});

test.each([
  {
    name: 'a failed turn',
    script: () => [{ type: 'assistant_text', text: 'The model is not available.' }, failed()],
    expected: { code: 1, out: 'The model is not available.\n' },
  },
  {
    name: 'text that broke off and came again',
    script: () => [
      { type: 'text_delta', text: 'Once upon' },
      { type: 'assistant_text', text: 'There was once.' },
    ],
    expected: { code: 0, out: 'Once upon\n\nThere was once.\n' },
  },
  {
    name: 'an escape sequence in the answer',
    script: () => say('a\u001B]0;title\u0007b'),
    expected: { code: 0, out: 'a]0;titleb\n' },
  },
  {
    name: 'an emoji cut in half by two deltas',
    script: () => [
      { type: 'text_delta', text: 'a\uD83D' },
      { type: 'text_delta', text: '\uDE00b' },
      { type: 'assistant_text', text: 'a😀b' },
    ],
    expected: { code: 0, out: 'a😀b\n' },
  },
])('one shot: $name', async ({ script, expected }) => {
  const { url } = await serve(script);
  const { code, out } = await run(['chat', '-p', 'go', '--api-url', url], { env });
  expect({ code, out }).toEqual(expected);
});

test('a turn that fails in a pipe is told by the exit code, though the chat goes on', async () => {
  const { url } = await serve(async function* () {
    yield { type: 'assistant_text', text: 'The model is not available.' };
    yield failed();
  });
  const { code, out } = await run(['chat', '--api-url', url], { input: 'go\nagain\n', env });
  expect([code, out.match(/The turn failed/g)?.length]).toEqual([1, 2]);
});

function failed() {
  return {
    type: 'done',
    turn_count: 1,
    total_cost_usd: 0,
    duration_ms: 1,
    duration_api_ms: 1,
    is_error: true,
  };
}

test('numbers, words of one’s own and several choices answer questions', async () => {
  const seen: unknown[] = [];
  const { url } = await serve(async function* ({ answer }) {
    const options = [{ label: 'Red', description: 'warm' }, { label: 'Blue' }];
    const questions = [
      { question: 'Colour?', header: 'C', options, multiSelect: false },
      { question: 'Other colour?', header: 'C', options, multiSelect: false },
      { question: 'Which?', header: 'W', options, multiSelect: true },
      { question: 'Never answered?', header: 'N', options },
    ];
    yield { type: 'ask_user_question', question_id: 'q1', questions, timeout: 60 };
    yield { type: 'tool_use', id: 'q1', name: 'AskUserQuestion', input: { questions } };
    seen.push(await answer('q1'));
    yield { type: 'tool_result', tool_use_id: 'q1', content: 'answered', is_error: false };
    yield* say('Thank you.');
  });
  const { code, out } = await run(['chat', '--api-url', url], {
    input: 'ask me\n7\n2\n3\nGreen\n1, blue\n',
    env,
  });
  expect(code).toBe(0);
  expect(seen).toEqual([
    {
      'Colour?': 'Blue',
      'Other colour?': 'Other: Green',
      'Which?': ['Red', 'Blue'],
      'Never answered?': 'Skipped',
    },
  ]);
  expect(out).toContain('? Colour?\n  1. Red – warm\n  2. Blue\n  3. Other\n');
  expect(out).toContain('Type a number from 1 to 3');
  expect(out).not.toContain('● AskUserQuestion');
});

test('a plan is shown once, and approved with changes; a question without choices takes words at once', async () => {
  const seen: unknown[] = [];
  const { url } = await serve(async function* ({ answer }) {
    const plan = '# Paint it';
    yield { type: 'plan_approval', plan_id: 'p1', title: 'Paint it', summary: plan, steps: [], timeout: 60 };
    yield { type: 'tool_use', id: 'p1', name: 'ExitPlanMode', input: { plan } };
    seen.push(await answer('p1'));
    yield { type: 'tool_result', tool_use_id: 'p1', content: 'approved', is_error: false };
    const questions = [{ question: 'What should it say?', options: [] }];
    yield { type: 'ask_user_question', question_id: 'q1', questions, timeout: 60 };
    seen.push(await answer('q1'));
    yield { type: 'tool_result', tool_use_id: 'q1', content: 'answered', is_error: false };
    yield* say('Thank you.');
  });
  const { code, out } = await run(['chat', '--api-url', url], { input: 'plan\n2\nIn blue\nHello\n', env });
  expect(code).toBe(0);
  expect(seen).toEqual([{ approved: true, feedback: 'In blue' }, { 'What should it say?': 'Other: Hello' }]);
  expect(out.split('Paint it')).toHaveLength(2);
  expect(out).toContain(
    '? Carry out this plan?\n  1. Approve\n  2. Approve with changes\n  3. Reject\n  4. Other\n',
  );
  expect(out).not.toContain('1. Other');
});

test('at a terminal: a menu of agents, prompts, a question skipped by Ctrl-C, leaving by Ctrl-D', async () => {
  const answers: unknown[] = [];
  const { server, url } = await serve(async function* ({ prompt, answer }) {
    if (prompt === 'ask') {
      const questions = [{ question: 'Sure?', options: [{ label: 'Yes' }] }];
      yield { type: 'ask_user_question', question_id: 'q1', questions, timeout: 60 };
      answers.push(await answer('q1'));
      yield { type: 'tool_result', tool_use_id: 'q1', content: 'ok', is_error: false };
    }
    yield* say(`**${prompt}** it is`);
  });
  const person = startCli(['chat', '--api-url', url], { env });
  await person.seen('Which one? [1]');
  person.type('2\r');
  await person.seen('[Turn 1] You:');
  person.type('hello\r');
  await person.seen('[Turn 2] You:');
  person.type('ask\r');
  await person.seen('Your choice:');
  person.type('\u0003');
  await person.seen('[Turn 3] You:');
  person.type('/help\r');
  await person.seen('/compact');
  person.type('/serch x\r');
  await person.seen('Did you mean /search?');
  person.type('\u0004');
  expect(await person.code).toBe(0);
  expect(answers).toEqual([{ 'Sure?': 'Skipped' }]);
  expect(server.connections[0]).toMatchObject({ agent_id: 'coder', last_event: '0' });
  expect(person.rawOut()).toContain('\u001B[1mhello\u001B[22m it is');
});

test('Ctrl-C stops the turn and not the chat; twice it leaves', async () => {
  const { server, url } = await serve(async function* ({ untilCancelled }) {
    yield { type: 'text_delta', text: 'I begin' };
    await untilCancelled();
  });
  const person = startCli(['chat', '-a', 'general', '--api-url', url], { env });
  await person.seen('[Turn 1] You:');
  person.type('go\r');
  await person.seen('I begin');
  person.type('\u0003');
  await person.seen('[interrupted]');
  await person.seen('[Turn 2] You:');
  expect(server.frames.map(({ type }) => type)).toEqual([undefined, 'cancel_request']);
  person.type('\u0003');
  expect(await person.code).toBe(0);
});

test('another client’s turn shows between the prompts', async () => {
  const { server, url } = await serve(echo);
  const person = startCli(['chat', '-a', 'general', '--api-url', url], { env });
  await person.seen('[Turn 1] You:');
  person.type('mine\r');
  await person.seen('[Turn 2] You:');
  server.submit([...server.sessions.keys()][0] ?? '', 'theirs', 'foreign');
  await person.seen('You, elsewhere: theirs');
  await person.seen('You said: theirs');
  person.type('/exit\r');
  expect(await person.code).toBe(0);
});

test('commands within a chat, with and without the slash', async () => {
  const { server, url } = await serve(echo);
  const input = [
    'first',
    'new',
    'second',
    'search first',
    '/sessions',
    '/resume',
    'once more',
    'agent coder',
    'to the coder',
    'compact',
    '/compact keep the numbers',
    'agent',
  ];
  const { code, out } = await run(['chat', '--api-url', url], { input: input.join('\n'), env });
  expect(code).toBe(0);
  expect([...server.sessions.values()].map(({ prompts }) => prompts)).toEqual([
    ['first', 'once more'],
    ['second'],
    ['to the coder'],
  ]);
  expect(
    server.connections.map(({ agent_id, session_id, last_event }) => [agent_id, session_id, last_event]),
  ).toEqual([
    [undefined, undefined, '0'],
    [undefined, undefined, '0'],
    ['general', [...server.sessions.keys()][0], expect.stringMatching(/^\d\d$/)],
    ['coder', undefined, '0'],
  ]);
  expect(out).toContain('Summarised.');
  expect(server.frames.filter(({ type }) => type === 'compact_request')).toEqual([
    { type: 'compact_request' },
    { type: 'compact_request', instructions: 'keep the numbers' },
  ]);
  expect(out).toContain('coder    Coder');
});

test('one shot in a session that goes on', async () => {
  const { server, url } = await serve(echo);
  await run(['chat', '-p', 'first', '--api-url', url], { env });
  const id = [...server.sessions.keys()][0] ?? '';
  expect(await run(['chat', '-p', 'second', '-s', id, '--api-url', url], { env })).toEqual({
    code: 0,
    out: 'You said: second\n',
    err: '[2 turns, $0.0123, 1.2 s]\n',
  });
});

test('a resumed session begins with its last words and counts on', async () => {
  const { server, url } = await serve(echo);
  await run(['chat', '-p', 'first', '--api-url', url], { env });
  const id = [...server.sessions.keys()][0] ?? '';
  const { code, out } = await run(['chat', '--session', id, '--api-url', url], { input: 'second', env });
  expect({ code, out }).toEqual({
    code: 0,
    out: '\nYou: first\n\nYou said: first\nYou said: second\n[2 turns, $0.0123, 1.2 s]\n',
  });
});
