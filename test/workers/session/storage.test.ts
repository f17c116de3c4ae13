import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket, openSocket } from '../../support/workers/socket.ts';

const sessionOf = (username: string, id: string) => env.CHAT_SESSION.getByName(`${username}/${id}`);

const tablesOf = (username: string, id: string): Promise<number> =>
  runInDurableObject(sessionOf(username, id), (_, { storage }) =>
    Number(
      storage.sql
        .exec("SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
        .one()['n'],
    ),
  );

const keysUnder = async (prefix: string): Promise<string[]> =>
  (await env.FILES.list({ prefix })).objects.map(({ key }) => key);

async function talk(prompt = 'hello') {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  await socket.say(prompt);
  return { ...user, socket, sessionId: ready.type === 'ready' ? ready.cwd_id : '' };
}

test('a connection that says nothing leaves nothing behind', async () => {
  const { token, username } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  expect(await tablesOf(username, id)).toBeGreaterThan(0);
  await socket.close();
  await expect.poll(() => tablesOf(username, id)).toBe(0);
});

test('looking for a session that does not exist does not make one', async () => {
  const { token, username } = await newUser();
  const id = '0000-nobody';
  await (
    await openSocket({ token, session_id: id })
  ).closed;
  for (const path of [`/sessions/${id}/history`, `/files/${id}/list`, `/files/${id}/download/input/a.txt`]) {
    await (await send('GET', `/api/v1${path}`, { token })).text();
  }
  await (await send('DELETE', `/api/v1/sessions/${id}`, { token })).text();
  expect(await tablesOf(username, id)).toBe(0);
});

test('deleting a session leaves no row and no object of it, and tells its sockets', async () => {
  const { token, username, socket, sessionId } = await talk(
    promptScript(
      {
        blocks: [
          { tool: 'Bash', id: 'c', input: { command: 'seq 1 90000 > a; cat a a a > output/big.txt' } },
        ],
      },
      { blocks: [{ text: ['ok'] }] },
    ),
  );
  await expect.poll(() => keysUnder(`users/${username}/`), { timeout: 5_000 }).toHaveLength(2);
  const response = await send('DELETE', `/api/v1/sessions/${sessionId}`, { token });
  expect(await response.json()).toEqual({ status: 'deleted' });
  expect(await socket.closed).toEqual({ code: 4004, reason: 'Session deleted' });
  expect(await keysUnder(`users/${username}/`)).toEqual([]);
  expect(await tablesOf(username, sessionId)).toBe(0);
  expect(await (await send('GET', '/api/v1/sessions', { token })).json()).toEqual([]);
});

test('each turn is a JSONL file in R2, redacted, within seconds', async () => {
  const { username, sessionId, socket } = await talk('my key is sk-ant-api03-abcdefghijklmnopqrstuvwxyz');
  await socket.say('and again');
  const prefix = `users/${username}/history/${sessionId}/`;
  await expect
    .poll(() => keysUnder(prefix), { timeout: 5_000 })
    .toEqual([`${prefix}00000001.jsonl`, `${prefix}00000002.jsonl`]);
  const file = await env.FILES.get(`${prefix}00000001.jsonl`);
  const lines = (await file?.text())
    ?.trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { role: 'user', content: 'my key is ***REDACTED***', tool_name: null, is_error: null, metadata: {} },
    { role: 'assistant', content: 'You said: my key is ***REDACTED***', metadata: {} },
    { role: 'system', metadata: { event_type: 'result', is_error: false } },
  ]);
});

test('an idle session has no alarm', async () => {
  const { username, sessionId } = await talk();
  const alarm = await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) =>
    storage.getAlarm(),
  );
  expect(alarm).toBeNull();
});

test('an alarm that a crash left after the last turn is cleared when the object wakes, and does not wake it again', async () => {
  const { token, username, sessionId } = await talk();
  await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) =>
    storage.setAlarm(Date.now() + 60_000),
  );
  await abortAllDurableObjects();
  await connectSocket({ token, session_id: sessionId });
  const alarm = await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) =>
    storage.getAlarm(),
  );
  expect(alarm).toBeNull();
});

test('a prompt too large for one row is kept whole', async () => {
  const picture = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo'.padEnd(3_000_000, 'A') };
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  await socket.say([
    { type: 'text', text: 'look' },
    { type: 'image', source: picture },
  ]);
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  const history = await (await send('GET', `/api/v1/sessions/${id}/history`, { token })).text();
  // Not `toContain`: it would print three megabytes
  expect(history.includes(picture.data)).toBe(true);
});

test('a text-only turn writes at most 12 rows in both objects together, whatever its length', async () => {
  const { username, sessionId, socket } = await talk();
  const historyFiles = (count: number) =>
    expect.poll(() => keysUnder(`users/${username}/history/`), { timeout: 5_000 }).toHaveLength(count);
  const count = async (deltas: number): Promise<number> => {
    let rows = 0;
    const watch = (storage: DurableObjectStorage) => {
      const { sql } = storage;
      const exec = sql.exec.bind(sql);
      Object.assign(sql, {
        exec: (...args: Parameters<typeof exec>) => {
          const cursor = exec(...args);
          rows += cursor.rowsWritten;
          return cursor;
        },
      });
      return () => Object.assign(sql, { exec });
    };
    const stops = [
      await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) => watch(storage)),
      await runInDurableObject(env.USER_SPACE.getByName(username), (_, { storage }) => watch(storage)),
    ];
    await socket.say(
      promptScript({ blocks: [{ text: Array.from({ length: deltas }, (_, n) => `word ${n} `) }] }),
    );
    await historyFiles(deltas === 5 ? 2 : 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const stop of stops) stop();
    return rows;
  };
  await historyFiles(1);
  const short = await count(5);
  expect(short).toBeGreaterThan(5);
  expect(short).toBeLessThanOrEqual(12);
  expect(await count(500)).toBe(short);
});

test(
  'a history of several large images is given whole, though no object can send it in one piece',
  { timeout: 40_000 },
  async () => {
    const { token } = await newUser();
    const { socket, ready } = await connectSocket({ token });
    const id = ready.type === 'ready' ? ready.cwd_id : '';
    const data = 'iVBORw0KGgo'.padEnd(12_000_000, 'A');
    for (let turn = 0; turn < 3; turn++) {
      await socket.say([
        { type: 'text', text: `look ${turn}` },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      ]);
    }
    const response = await send('GET', `/api/v1/sessions/${id}/history`, { token });
    expect(response.status).toBe(200);
    const history: { messages: { role: string }[]; next_cursor: unknown; turn_count: number } =
      await response.json();
    expect(history.messages.map(({ role }) => role)).toEqual(
      Array.from({ length: 3 }, () => ['user', 'assistant', 'system']).flat(),
    );
    expect([history.next_cursor, history.turn_count]).toEqual([null, 3]);
  },
);

test('words that are on their way while a session is deleted do not bring it back', async () => {
  const { token, username, socket, sessionId } = await talk();
  const deleted = send('DELETE', `/api/v1/sessions/${sessionId}`, { token });
  for (let word = 0; word < 50; word++) {
    try {
      socket.send({ content: `word ${word}` });
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect((await deleted).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await tablesOf(username, sessionId)).toBe(0);
  expect(await (await send('GET', '/api/v1/sessions', { token })).json()).toEqual([]);
});
