import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { PermissionMode } from '#protocol/server-event.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { send } from '../../support/workers/accounts.ts';
import { connectSocket, type TestSocket } from '../../support/workers/socket.ts';
import { calls, says, start } from '../../support/workers/tasks.ts';

const writing = promptScript(calls('w1', 'Write', { file_path: 'output/a.txt', content: 'x' }), says('end'));

async function choose(socket: TestSocket, mode: PermissionMode): Promise<void> {
  const told = socket.next('permission_mode');
  socket.send({ type: 'set_permission_mode', mode });
  expect(await told).toEqual({ type: 'permission_mode', mode });
}

const listed = async (token: string): Promise<unknown> =>
  (await send('GET', '/api/v1/sessions', { token })).json();

test('a mode that is chosen before the first prompt makes no session, and holds for the one that the prompt begins', async () => {
  const { socket, token, username, sessionId } = await start();
  await choose(socket, 'plan');
  await choose(socket, 'default');
  const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
  expect(await stub.exists()).toBe(false);
  expect(await listed(token)).toEqual([]);
  const asked = socket.next('approval_request');
  socket.send({ content: writing });
  expect(await asked).toMatchObject({ approval_id: 'w1' });
  expect(await listed(token)).toMatchObject([{ session_id: sessionId }]);
});

test('after a restart before the first prompt, the mode that was chosen is told, and still holds', async () => {
  const { socket, token, sessionId } = await start();
  await choose(socket, 'default');
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  expect(back.socket.events[1] ?? (await back.socket.next('permission_mode'))).toEqual({
    type: 'permission_mode',
    mode: 'default',
  });
  const asked = back.socket.next('approval_request');
  back.socket.send({ content: writing });
  expect(await asked).toMatchObject({ approval_id: 'w1' });
});

test('where no prompt ever comes, nothing is left of a mode that was chosen', async () => {
  const { socket, username, sessionId } = await start();
  await choose(socket, 'plan');
  await socket.close();
  await expect
    .poll(() =>
      runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), (_, { storage }) =>
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
      ),
    )
    .toEqual([]);
});
