import { expect, test } from 'vitest';
import { finishTurn } from '#user/finish-turn.ts';
import { startSession } from '#user/start-session.ts';
import {
  countingWrites,
  finishedTurn,
  newSession,
  newUserSpace,
  records,
  START,
  withSql,
} from './user-space.ts';

test('a session is listed from its first prompt on, and a turn updates it', async () => {
  const space = newUserSpace();
  await space.startSession(
    newSession('one', { agent_id: 'coder', first_message: `${'x'.repeat(99)}👍more` }),
  );
  const started = {
    session_id: 'one',
    name: null,
    first_message: `${'x'.repeat(99)}👍`,
    created_at: '2026-01-02T03:04:05.000Z',
    updated_at: '2026-01-02T03:04:05.000Z',
    turn_count: 0,
    user_id: null,
    agent_id: 'coder',
    cwd_id: 'one',
    permission_folders: ['/tmp'],
    client_type: 'web',
    archived: false,
  };
  expect(await space.listSessions({})).toEqual({ sessions: [started], next_cursor: null });

  await space.finishTurn(finishedTurn('one', { title: 'A title' }));
  const finished = { ...started, name: 'A title', turn_count: 1, updated_at: '2026-01-02T03:04:06.000Z' };
  expect(await space.getSession('one')).toEqual(finished);
  expect(await space.getSession('two')).toBeNull();
});

test('starting a session again changes nothing', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  await space.updateSession('one', { name: 'mine' });
  const before = await space.getSession('one');
  await space.startSession(newSession('one', { first_message: 'another', created_at: START + 5 }));
  expect(await space.listSessions({})).toEqual({ sessions: [before], next_cursor: null });
});

test('the first title stays, and turns told late do not turn time back', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  await space.finishTurn(
    finishedTurn('one', { title: 'first', turn_count: 2, updated_at: START + 9_000, records: records('b') }),
  );
  await space.finishTurn(finishedTurn('one', { title: 'second', turn_count: 1, updated_at: START + 1 }));
  expect(await space.getSession('one')).toMatchObject({
    name: 'first',
    turn_count: 2,
    updated_at: '2026-01-02T03:04:14.000Z',
  });
});

test('a turn of a deleted session leaves nothing behind', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  await space.finishTurn(finishedTurn('one', { records: records('needle') }));
  await space.removeSessions(['one', 'unknown']);
  await space.finishTurn(finishedTurn('one', { records: records('needle') }));
  await space.removeSessions(['one']);
  const rows = await withSql(space, (sql) => [
    sql.exec('SELECT * FROM session').toArray(),
    sql.exec('SELECT rowid FROM record').toArray(),
    sql.exec('SELECT term FROM record_term').toArray(),
  ]);
  expect(rows).toEqual([[], [], []]);
});

test.each([
  { name: 'a name', change: { name: 'mine' }, expected: { name: 'mine' } },
  { name: 'an empty name', change: { name: '' }, expected: { name: '' } },
  { name: 'null clears the name', change: { name: null }, expected: { name: 'title' } },
  { name: 'nothing', change: {}, expected: { name: 'old' } },
  {
    name: 'folders',
    change: { permission_folders: ['/a'] },
    expected: { name: 'old', permission_folders: ['/a'] },
  },
  {
    name: 'null leaves the folders',
    change: { permission_folders: null },
    expected: { name: 'old', permission_folders: ['/tmp'] },
  },
])('update: $name', async ({ change, expected }) => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  await space.finishTurn(finishedTurn('one', { title: 'title' }));
  await space.updateSession('one', { name: 'old' });
  expect(await space.updateSession('one', change)).toMatchObject(expected);
  expect(await space.getSession('one')).toMatchObject(expected);
});

test('an unknown session cannot be updated', async () => {
  expect(await newUserSpace().updateSession('one', { name: 'mine' })).toBeNull();
});

test('pages follow each other, newest created first, without gap or repeat', async () => {
  const space = newUserSpace();
  const times = [3, 1, 3, 2, 5];
  for (const [index, at] of times.entries()) {
    await space.startSession(newSession(`s${index}`, { created_at: START + at }));
  }
  const whole = ['s4', 's2', 's0', 's3', 's1'];
  expect((await space.listSessions({})).sessions.map((each) => each.session_id)).toEqual(whole);

  const pages: string[][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await space.listSessions({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page.sessions.map((each) => each.session_id));
    cursor = page.next_cursor;
  }
  expect(pages).toEqual([['s4', 's2'], ['s0', 's3'], ['s1']]);
  expect((await space.listSessions({ limit: 5 })).next_cursor).toBeNull();
});

test('beyond the cap, the least recently used session is archived and nothing is lost', async () => {
  const space = newUserSpace();
  const start = (id: string, at: number) =>
    withSql(space, (sql) =>
      startSession({ sql, maxSessions: 2 }, newSession(id, { created_at: START + at })),
    );
  const ids = async (archived: boolean) =>
    (await space.listSessions({ archived })).sessions.map((each) => each.session_id);

  await start('a', 1);
  await start('b', 2);
  await space.finishTurn(finishedTurn('a', { updated_at: START + 10, records: records('needle a') }));
  await space.finishTurn(finishedTurn('b', { updated_at: START + 3, records: records('needle b') }));
  await start('c', 20);
  expect([await ids(false), await ids(true)]).toEqual([['c', 'a'], ['b']]);
  expect(await space.getSession('b')).toMatchObject({ archived: true });
  expect((await space.search({ query: 'needle', max_results: 10 })).total_count).toBe(2);

  // Used again, it comes back; the next new session archives whichever is then the oldest in use.
  await space.finishTurn(finishedTurn('b', { turn_count: 2, updated_at: START + 30 }));
  expect([await ids(false), await ids(true)]).toEqual([['c', 'b', 'a'], []]);
  await start('d', 40);
  expect([await ids(false), await ids(true)]).toEqual([
    ['d', 'b'],
    ['c', 'a'],
  ]);

  // Taken back by hand, it counts as used, so that the next new session does not send it away again.
  await space.updateSession('a', { archived: false });
  await start('e', 50);
  expect([await ids(false), await ids(true)]).toEqual([
    ['e', 'a'],
    ['d', 'c', 'b'],
  ]);
});

test('what the user archived stays archived until the user says otherwise', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  expect(await space.updateSession('one', { archived: true })).toMatchObject({ archived: true });
  await space.finishTurn(finishedTurn('one', { turn_count: 2 }));
  expect(await space.getSession('one')).toMatchObject({ archived: true, turn_count: 2 });
  expect(await space.updateSession('one', { archived: false })).toMatchObject({ archived: false });
});

test('a session is one row, a text turn of two lines four, whatever came before', async () => {
  const counts = await withSql(newUserSpace(), (sql) => {
    const space = countingWrites(sql);
    const written = [
      space.written(() => startSession({ sql: space.sql, maxSessions: 9 }, newSession('one'))),
    ];
    for (let turn = 1; turn <= 200; turn++) {
      const lines = ['question', 'answer'].map((text, index) => ({
        seq: 2 * turn + index,
        role: 'user',
        text: `${text} ${turn} `.repeat(500),
      }));
      const finished = finishedTurn('one', { turn_count: turn, title: 'title', records: lines });
      written.push(space.written(() => finishTurn(space.sql, finished)));
    }
    return written;
  });
  expect(counts).toEqual([1, ...Array.from({ length: 200 }, () => 4)]);
});
