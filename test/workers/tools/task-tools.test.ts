import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { TaskList } from '#session/task-list.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { connectSocket } from '#test/support/workers/socket.ts';
import { taskCreateTool } from '#tools/task-create.ts';
import { taskGetTool } from '#tools/task-get.ts';
import { taskListTool } from '#tools/task-list.ts';
import { taskUpdateTool } from '#tools/task-update.ts';
import { todoWriteTool } from '#tools/todo-write.ts';

type Call = (name: string, input: object, toolUseId?: string) => Promise<string>;

/** Calls over the tables of a real session; what a call refuses is thrown. */
async function withTasks(use: (call: Call, sql: SqlStorage) => Promise<void>): Promise<void> {
  const session = env.CHAT_SESSION.getByName(`ann/${crypto.randomUUID()}`);
  await session.createSession({ agent_id: null, client_type: 'web' });
  await runInDurableObject(session, async (_, { storage: { sql } }) => {
    let calls = 0;
    await use(async (name, input, toolUseId = `toolu_${++calls}`) => {
      const board = new TaskList({ sql, clock: { now: () => calls } });
      const tool = [taskCreateTool, taskGetTool, taskUpdateTool, taskListTool, todoWriteTool]
        .map((create) => create(board))
        .find((one) => one.name === name);
      const prepared = tool?.prepare(input);
      if (!prepared?.ok) throw new Error(prepared?.problem);
      return z.string().parse(await prepared.value({ signal: AbortSignal.any([]), toolUseId }));
    }, sql);
  });
}

const listed = async (call: Call): Promise<unknown> => JSON.parse(await call('TaskList', {}));
const task = (id: string, changes: object = {}) => ({
  id,
  subject: `task ${id}`,
  status: 'pending',
  owner: null,
  blockedBy: [],
  ...changes,
});

test('tasks are made, listed, shown, changed and deleted', async () => {
  await withTasks(async (call) => {
    expect(await call('TaskList', {})).toBe('[]');
    expect(
      await call('TaskCreate', { subject: 'task 1', description: 'all of it', activeForm: 'doing 1' }),
    ).toBe('Task 1 created: task 1');
    expect(await call('TaskCreate', { subject: 'task 2', owner: 'reviewer' })).toBe('Task 2 created: task 2');
    expect(await listed(call)).toEqual([task('1'), task('2', { owner: 'reviewer' })]);
    expect(await call('TaskUpdate', { taskId: '1', status: 'in_progress', owner: 'me' })).toBe(
      'Task 1 is in_progress: task 1',
    );
    expect(JSON.parse(await call('TaskGet', { taskId: '1' }))).toEqual({
      id: '1',
      subject: 'task 1',
      description: 'all of it',
      activeForm: 'doing 1',
      status: 'in_progress',
      owner: 'me',
      blocks: [],
      blockedBy: [],
    });
    expect(await call('TaskUpdate', { taskId: '2', subject: 'two', owner: '' })).toBe(
      'Task 2 is pending: two',
    );
    expect(await call('TaskUpdate', { taskId: '1', status: 'deleted' })).toBe('Task 1 deleted.');
    expect(await listed(call)).toEqual([task('2', { subject: 'two' })]);
    await expect(call('TaskGet', { taskId: '1' })).rejects.toThrow('There is no task 1. TaskList shows');
    expect(await call('TaskCreate', { subject: 'task 3' })).toBe('Task 3 created: task 3');
  });
});

test('a task waits for others until they are completed, and never for itself', async () => {
  await withTasks(async (call) => {
    for (const id of ['1', '2', '3']) await call('TaskCreate', { subject: `task ${id}` });
    await call('TaskUpdate', { taskId: '2', addBlockedBy: ['1'] });
    await call('TaskUpdate', { taskId: '2', addBlocks: ['3'] });
    expect(await listed(call)).toEqual([
      task('1'),
      task('2', { blockedBy: ['1'] }),
      task('3', { blockedBy: ['2'] }),
    ]);
    expect(JSON.parse(await call('TaskGet', { taskId: '2' }))).toMatchObject({
      blocks: ['3'],
      blockedBy: ['1'],
    });
    for (const change of [
      { taskId: '1', addBlockedBy: ['3'] },
      { taskId: '3', addBlocks: ['1'] },
      { taskId: '1', addBlockedBy: ['1'] },
    ]) {
      await expect(call('TaskUpdate', change)).rejects.toThrow('they would wait for each other for ever');
    }
    await expect(call('TaskUpdate', { taskId: '1', addBlocks: ['9'] })).rejects.toThrow(
      'There is no task 9.',
    );
    await call('TaskUpdate', { taskId: '1', status: 'completed' });
    await call('TaskUpdate', { taskId: '2', status: 'deleted' });
    expect(await listed(call)).toEqual([task('1', { status: 'completed' }), task('3')]);
  });
});

test('an id may be chosen, and none is given twice', async () => {
  await withTasks(async (call) => {
    expect(await call('TaskCreate', { taskId: '2', subject: 'a' })).toBe('Task 2 created: a');
    expect(await call('TaskCreate', { subject: 'b' })).toBe('Task 3 created: b');
    await expect(call('TaskCreate', { taskId: '3', subject: 'c' })).rejects.toThrow(
      'The id 3 is taken. Leave taskId out, or give another: 4 is free.',
    );
    await expect(call('TaskCreate', { taskId: 'no spaces', subject: 'c' })).rejects.toThrow(
      'letters, digits',
    );
  });
});

test('the same call made again, as after an interruption, makes no second task', async () => {
  await withTasks(async (call) => {
    for (const subject of ['a', 'a', 'b']) await call('TaskCreate', { subject }, 'toolu_same');
    expect(await listed(call)).toEqual([task('1', { subject: 'a' }), task('2', { subject: 'b' })]);
  });
});

test('a list of 500 is full, until something is deleted', async () => {
  await withTasks(async (call, sql) => {
    await call('TaskCreate', { subject: 'task 1' });
    for (let id = 2; id <= 500; id++) {
      sql.exec(
        'INSERT INTO task SELECT ?, ?, ?, subject, description, active_form, status, owner, blocked_by, created_at, updated_at FROM task WHERE id = ?',
        String(id),
        id,
        `c${id}`,
        '1',
      );
    }
    await expect(call('TaskCreate', { subject: 'more' })).rejects.toThrow('at most 500 tasks');
    await call('TaskUpdate', { taskId: '500', status: 'deleted' });
    expect(await call('TaskCreate', { subject: 'more' })).toBe('Task 501 created: more');
  });
});

test.each([
  { name: 'no words', tool: 'TaskCreate', input: { subject: ' ' }, problem: 'subject' },
  {
    name: 'an unknown status',
    tool: 'TaskUpdate',
    input: { taskId: '1', status: 'done' },
    problem: 'status',
  },
  { name: 'no change', tool: 'TaskUpdate', input: { taskId: '1' }, problem: 'There is nothing to change' },
  {
    name: 'no such task',
    tool: 'TaskUpdate',
    input: { taskId: '1', status: 'completed' },
    problem: 'no task 1',
  },
  {
    name: 'todos without text',
    tool: 'TodoWrite',
    input: { todos: [{ status: 'pending' }] },
    problem: 'content',
  },
  { name: 'todos as text', tool: 'TodoWrite', input: { todos: 'a, b' }, problem: 'todos' },
])('refused with a reason: $name', async ({ tool, input, problem }) => {
  await withTasks((call) => expect(call(tool, input)).rejects.toThrow(problem));
});

test('a checklist is replaced whole, and the answer says what is next and what was lost', async () => {
  const todo = (content: string, status: string) => ({ content, status, activeForm: `${content}ing` });
  await withTasks(async (call) => {
    const write = (...todos: object[]) => call('TodoWrite', { todos });
    expect(await write(todo('look', 'in_progress'), todo('fix', 'pending'), todo('test', 'pending'))).toBe(
      '0 of 3 done. In progress: look. Next: fix.',
    );
    expect(
      await write(todo('look', 'completed'), todo('fix', 'in_progress'), todo('tell', 'in_progress')),
    ).toBe(
      '1 of 3 done. In progress: fix; tell. Have one step in progress at a time. No longer on the list, and not completed: test.',
    );
    expect(await write(todo('fix', 'completed'), todo('tell', 'completed'))).toBe('2 of 2 done.');
    expect(await write()).toBe('The list is empty.');
  });
});

test('the board outlasts the turn, and goes with the session', async () => {
  const { token, username } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const results = async (...calls: { tool: string; input: object }[]) => {
    const blocks = calls.map(({ tool, input }, index) => ({ tool, id: `call_${index}`, input }));
    const events = await socket.say(promptScript({ blocks }, { blocks: [{ text: ['ok'] }] }));
    return events.flatMap((event) => (event.type === 'tool_result' ? [event.content] : []));
  };
  expect(
    await results(
      { tool: 'TaskCreate', input: { subject: 'first' } },
      { tool: 'TaskCreate', input: { subject: 'second' } },
      { tool: 'TodoWrite', input: { todos: [{ content: 'look', status: 'pending' }] } },
    ),
  ).toEqual(['Task 1 created: first', 'Task 2 created: second', '0 of 1 done. Next: look.']);
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  const session = env.CHAT_SESSION.getByName(`${username}/${id}`);
  const rows = () =>
    runInDurableObject(session, (_, { storage: { sql } }) =>
      sql.exec("SELECT name FROM sqlite_master WHERE name = 'task'").toArray(),
    );
  expect(await rows()).toHaveLength(1);
  expect(await results({ tool: 'TaskList', input: {} })).toEqual([
    JSON.stringify([task('1', { subject: 'first' }), task('2', { subject: 'second' })]),
  ]);
  await send('DELETE', `/api/v1/sessions/${id}`, { token });
  expect(await rows()).toEqual([]);
});
