import { abortAllDurableObjects } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { connectProgram } from './program.ts';

async function start() {
  const user = await newUser();
  return { ...user, ...(await connectProgram(user.token)) };
}

const says = (...text: string[]) => ({ blocks: [{ text }] });
const writes = (path: string, content: string) => ({
  blocks: [{ text: ['I write it.'] }, { tool: 'Write', id: 'w1', input: { file_path: path, content } }],
});

/** Of a session that was begun with this prompt. */
async function ask(program: Awaited<ReturnType<typeof start>>, prompt: string): Promise<string> {
  const outcome = await program.call('ask_agent', { prompt });
  return String(outcome?.['session_id']);
}

test('asking an agent: the answer is its last message, and progress tells the rest', async () => {
  const program = await start();
  const progress: string[] = [];
  const long = 'word '.repeat(100);
  const { output, text, isError } = await program.result(
    'ask_agent',
    {
      prompt: promptScript(
        writes('/workspace/output/a.txt', 'hello'),
        says('It is ', 'written. ', long, long),
      ),
    },
    (message) => progress.push(message),
  );
  const session_id = String(output?.['session_id']);
  const answer = `It is written. ${long}${long}`.trim();
  expect({ output, isError }).toEqual({
    output: { session_id, status: 'answered', answer, waiting: [] },
    isError: false,
  });
  expect(text).toBe(`${answer}\n\nSession: ${session_id}`);
  expect(progress[0]).toBe(`Session ${session_id}`);
  expect(progress[1]).toBe('I write it. [Write]');
  expect(progress.slice(2).join('').startsWith('It is written. word')).toBe(true);
  expect(progress.length).toBeGreaterThan(3);
});

test('going on with a session: the agent knows what came before', async () => {
  const program = await start();
  const session_id = await ask(program, 'one');
  expect(await program.call('ask_agent', { session_id, prompt: 'two' })).toEqual({
    session_id,
    status: 'answered',
    answer: 'You said: two',
    waiting: [],
  });
  const read = await program.call('read_session', { session_id });
  expect(read?.['lines']).toMatchObject([
    { role: 'user', text: 'one' },
    { role: 'assistant', text: 'You said: one' },
    { role: 'user', text: 'two' },
    { role: 'assistant', text: 'You said: two' },
  ]);
});

const questions = [
  {
    question: 'Which colour?',
    header: 'Colour',
    options: [
      { label: 'Red', description: 'warm' },
      { label: 'Blue', description: '' },
    ],
    multiSelect: false,
  },
];

test('an agent that asks: the call ends with the question, the reply goes on', async () => {
  const program = await start();
  const prompt = promptScript(
    { blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }] },
    says('Green it is.'),
  );
  const { output, text } = await program.result('ask_agent', { prompt });
  const session_id = String(output?.['session_id']);
  const waiting = [
    { call_id: 'q1', kind: 'question', text: 'Which colour?\n- Red: warm\n- Blue', questions },
  ];
  expect(output).toEqual({ session_id, status: 'waiting', answer: '', waiting });
  expect(text).toBe(
    'Which colour?\n- Red: warm\n- Blue\n\ncall_id: q1\n\n' +
      `The agent waits for the user. Ask them, then reply with answer_agent.\nSession: ${session_id}`,
  );

  expect(await program.call('wait_for_agent', { session_id })).toEqual(output);
  expect(await program.call('ask_agent', { session_id, prompt: 'more' })).toEqual({
    ...output,
    answer: 'The prompt was not sent: the session waits for a reply to what came before.',
  });
  const refused = async (input: object) =>
    (await program.result('answer_agent', { session_id, call_id: 'q1', ...input })).text;
  expect(await refused({ call_id: 'q2' })).toBe('Nothing waits under the call_id "q2". These do: q1.');
  expect(await refused({ approved: true })).toBe(
    'A question wants `answers` by its own text: "Which colour?".',
  );
  expect(await refused({ answers: { Colour: 'Red' } })).toBe(
    'A question wants `answers` by its own text: "Which colour?".',
  );

  expect(
    await program.call('answer_agent', { session_id, call_id: 'q1', answers: { 'Which colour?': 'Green' } }),
  ).toEqual({ session_id, status: 'answered', answer: 'Green it is.', waiting: [] });
  const read = await program.call('read_session', { session_id });
  expect(JSON.stringify(read)).toContain('\\"Which colour?\\"=\\"Other: Green\\"');
  expect(await refused({ answers: { 'Which colour?': 'Red' } })).toMatch(/^This session waits for nothing/);
});

test('two questions in one message: both are told, and the turn goes on after the second reply', async () => {
  const program = await start();
  const asks = (id: string) => ({ tool: 'AskUserQuestion', id, input: { questions } });
  const first = await program.call('ask_agent', {
    prompt: promptScript({ blocks: [asks('q1'), asks('q2')] }, says('Thanks.')),
  });
  const session_id = first?.['session_id'];
  expect(first).toMatchObject({ status: 'waiting', waiting: [{ call_id: 'q1' }, { call_id: 'q2' }] });
  const answer = (call_id: string) =>
    program.call('answer_agent', { session_id, call_id, answers: { 'Which colour?': 'Red' } });
  expect(await answer('q1')).toMatchObject({ status: 'waiting', waiting: [{ call_id: 'q2' }] });
  expect(await answer('q2')).toMatchObject({ status: 'answered', answer: 'Thanks.' });
});

test('a question beside a call that ends later: it is told as soon as the turn waits', async () => {
  const program = await start();
  const bash = { tool: 'Bash', id: 'b1', input: { command: 'sleep 1; echo slept' } };
  const ask = { tool: 'AskUserQuestion', id: 'q1', input: { questions } };
  const outcome = await program.call('ask_agent', {
    prompt: promptScript({ blocks: [ask, bash] }, says('Thanks.')),
  });
  expect(outcome).toMatchObject({ status: 'waiting', waiting: [{ call_id: 'q1' }] });
});

test('a plan wants a decision', async () => {
  const program = await start();
  const prompt = promptScript(
    { blocks: [{ tool: 'ExitPlanMode', id: 'p1', input: { plan: '# Tidy\n\n1. Look' } }] },
    says('As you wish.'),
  );
  const planned = await program.call('ask_agent', { prompt });
  const session_id = planned?.['session_id'];
  expect(planned).toMatchObject({
    status: 'waiting',
    waiting: [
      { call_id: 'p1', kind: 'plan', text: 'The agent wants to go on by this plan:\n\n# Tidy\n\n1. Look' },
    ],
  });
  const answer = (input: object) => program.result('answer_agent', { session_id, call_id: 'p1', ...input });
  expect((await answer({ answers: { x: 'y' } })).text).toBe('A plan wants `approved`, true or false.');
  expect((await answer({ approved: false, feedback: 'Not now' })).output).toMatchObject({
    status: 'answered',
    answer: 'As you wish.',
  });
});

test('an agent that takes long: the call ends, the work goes on, and waiting comes back to it', async () => {
  const program = await start();
  const words = Array.from({ length: 24 }, (_, index) => `w${index} `);
  const prompt = promptScript({ blocks: [{ text: words }], delayMs: 100 });
  const { output, text } = await program.result('ask_agent', { prompt, wait_seconds: 1 });
  const session_id = output?.['session_id'];
  expect(output).toMatchObject({ status: 'working', answer: expect.stringMatching(/^w0/) });
  expect(text).toContain('The agent is still working. wait_for_agent comes back to it.');
  const whole = words.join('').trim();
  expect(await program.call('wait_for_agent', { session_id })).toMatchObject({
    status: 'answered',
    answer: whole,
  });
  expect(await program.call('wait_for_agent', { session_id })).toMatchObject({
    status: 'idle',
    answer: whole,
  });
});

test('an agent that is dropped in mid-answer, as by a deployment: the call stays, and has the whole answer once', async () => {
  const program = await start();
  const words = Array.from({ length: 12 }, (_, index) => `${'word'.repeat(5)}${index} `);
  const prompt = promptScript({ blocks: [{ text: words }], delayMs: 80 });
  const seen = Promise.withResolvers<void>();
  const asked = program.call('ask_agent', { prompt }, (message) => {
    if (message.includes('word')) seen.resolve();
  });
  await seen.promise;
  await abortAllDurableObjects();
  expect(await asked).toMatchObject({ status: 'answered', answer: words.join('').trim() });
});

test('an agent can be stopped', async () => {
  const program = await start();
  const words = Array.from({ length: 200 }, (_, index) => `w${index} `);
  const prompt = promptScript({ blocks: [{ text: words }], delayMs: 50 });
  const begun = await program.call('ask_agent', { prompt, wait_seconds: 1 });
  const session_id = begun?.['session_id'];
  const waiting = program.call('wait_for_agent', { session_id });
  expect(await program.call('stop_agent', { session_id })).toEqual({ session_id, status: 'stopped' });
  expect(await waiting).toMatchObject({ status: expect.stringMatching(/stopped|idle/) });
});

test('a turn that fails is an error with our words', async () => {
  const program = await start();
  const { isError, text } = await program.result('ask_agent', { prompt: promptScript({ status: 401 }) });
  expect(isError).toBe(true);
  expect(text).toMatch(/\n\nSession: [0-9a-f-]{36}$/);
});

test('files: written by the program, seen by the agent, and the other way round', async () => {
  const program = await start();
  const session_id = await ask(program, promptScript(writes('/workspace/output/b.md', '# Ü'), says('Done.')));
  const written = await program.call('write_file', {
    session_id,
    path: 'input/deep/a.txt',
    content: 'héllo',
  });
  expect(written).toEqual({
    path: 'input/deep/a.txt',
    content_type: 'text/plain',
    size_bytes: 6,
    modified_at: expect.any(String),
  });
  await program.call('ask_agent', {
    session_id,
    prompt: promptScript(
      { blocks: [{ tool: 'Read', id: 'r1', input: { file_path: '/workspace/input/deep/a.txt' } }] },
      says('Read.'),
    ),
  });
  expect(JSON.stringify(await program.call('read_session', { session_id }))).toContain('1\\théllo');
  const { files } = { files: [], ...(await program.call('list_files', { session_id })) };
  expect(files.map(({ path }) => path)).toEqual(['input/deep/a.txt', 'output/b.md']);
  const read = await program.result('read_file', { session_id, path: 'output/b.md' });
  expect(read.text).toBe('# Ü');
  expect(read.output).toEqual({
    path: 'output/b.md',
    content_type: 'text/markdown',
    size_bytes: 4,
    text: '# Ü',
    next_offset: null,
    download_url: expect.stringMatching(/^http:\/\/localhost:7001\/api\/v1\/files\/dl\//),
  });
  const link = new URL(String(read.output?.['download_url']));
  expect(await (await send('GET', link.pathname)).text()).toBe('# Ü');
});

test('a long text comes in pieces that cut no character, a picture as a picture, other bytes as a link', async () => {
  const program = await start();
  const session_id = await ask(program, 'hi');
  const long = 'aé€'.repeat(30_000);
  const put = (path: string, content: string, encoding = 'utf-8') =>
    program.call('write_file', { session_id, path, content, encoding });
  await put('input/long.txt', long);
  let text = '';
  let offset: unknown = 0;
  for (let piece = 0; offset !== null && piece < 5; piece += 1) {
    const output = await program.call('read_file', { session_id, path: 'input/long.txt', offset });
    text += String(output?.['text']);
    offset = output?.['next_offset'];
  }
  expect(text).toBe(long);

  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await put('input/p.png', pixel, 'base64');
  const picture = await program.result('read_file', { session_id, path: 'input/p.png' });
  expect(picture.content[0]).toEqual({ type: 'image', data: pixel, mimeType: 'image/png' });
  await put('input/z.zip', '//79AAE=', 'base64');
  expect(await program.call('read_file', { session_id, path: 'input/z.zip' })).toMatchObject({
    text: null,
    next_offset: null,
    size_bytes: 5,
  });
  await put('input/empty.txt', '');
  expect(await program.call('read_file', { session_id, path: 'input/empty.txt' })).toMatchObject({
    text: '',
  });
});

test.each([
  ['list_files', {}, /^There is no session nowhere\./],
  ['read_file', { path: 'input/a.txt' }, /^There is no session nowhere\./],
  ['write_file', { path: 'input/a.txt', content: '' }, /^There is no session nowhere\./],
  ['read_session', {}, /^There is no session nowhere\./],
  ['ask_agent', { prompt: 'hi' }, /^There is no session nowhere\./],
  ['wait_for_agent', {}, /^There is no session nowhere\./],
  ['stop_agent', {}, /^There is no session nowhere\./],
  ['answer_agent', { call_id: 'x', approved: true }, /^There is no session nowhere\./],
  ['read_file', { path: 'input/../../x' }, /a path below input\/ or output\//],
  ['read_file', { path: '/etc/passwd' }, /begin with input\/ or output\//],
  ['write_file', { path: 'secret/a.txt', content: '' }, /begin with input\/ or output\//],
  ['read_session', { cursor: 'x' }, /^This is no cursor/],
  ['ask_agent', { prompt: 'hi', agent_id: 'nobody' }, /^There is no agent "nobody"\. These can be asked: /],
  ['ask_agent', { prompt: ' ' }, /must not be blank/],
  ['read_session', { session_id: '../admin/x' }, /not a session id/],
])('%s with %j is refused in words that help', async (tool, input, words) => {
  const program = await start();
  const { isError, text } = await program.result(tool, { session_id: 'nowhere', ...input });
  expect(isError).toBe(true);
  expect(text).toMatch(words);
});

test('a file that is not there, a base64 that is none', async () => {
  const program = await start();
  const session_id = await ask(program, 'hi');
  const refused = async (tool: string, input: object) =>
    (await program.result(tool, { session_id, path: 'input/a.bin', ...input })).text;
  expect(await refused('read_file', {})).toBe(
    'There is no file input/a.bin. list_files tells which there are.',
  );
  expect(await refused('write_file', { content: '*', encoding: 'base64' })).toMatch(/is not base64/);
  expect(await refused('write_file', { path: 'input', content: 'x' })).toMatch(/begin with input/);
});

test('lists and search are the own ones, and another user finds nothing of them', async () => {
  const program = await start();
  const session_id = await ask(program, 'Where do pangolins sleep?');
  await expect
    .poll(async () => (await program.call('search_sessions', { query: 'PANGOLINS' }))?.['results'])
    .toMatchObject([{ session_id, snippet: expect.stringContaining('pangolins') }]);
  expect(await program.call('list_sessions', {})).toMatchObject({
    sessions: [{ session_id, first_message: 'Where do pangolins sleep?', turn_count: 1 }],
    next_cursor: null,
  });
  const other = await start();
  expect(await other.call('search_sessions', { query: 'pangolins' })).toEqual({ results: [] });
  expect(await other.call('list_sessions', {})).toEqual({ sessions: [], next_cursor: null });
  for (const tool of ['read_session', 'list_files', 'wait_for_agent'])
    expect((await other.result(tool, { session_id })).text).toMatch(/^There is no session/);
});

test('a session is read from its beginning, page by page', async () => {
  const program = await start();
  const session_id = await ask(program, 'one');
  await program.call('ask_agent', { session_id, prompt: 'two' });
  const lines: unknown[] = [];
  let cursor: unknown = 'start';
  for (let page = 0; cursor !== null && page < 10; page += 1) {
    const output = await program.call('read_session', { session_id, limit: 2, cursor });
    if (Array.isArray(output?.['lines'])) lines.push(...output['lines']);
    cursor = output?.['next_cursor'];
  }
  expect(lines).toMatchObject([
    { text: 'one' },
    { text: 'You said: one' },
    { text: 'two' },
    { text: 'You said: two' },
  ]);
  expect((await program.call('read_session', { session_id, limit: 1 }))?.['lines']).toMatchObject([
    { text: 'You said: two' },
  ]);
});
