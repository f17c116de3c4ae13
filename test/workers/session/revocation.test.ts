import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { mintToken, newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

/** As if the last check were long ago. */
async function outdateChecks(name: string): Promise<void> {
  const stub = env.CHAT_SESSION.getByName(name);
  await runInDurableObject(stub, (_, state) => {
    for (const socket of state.getWebSockets()) {
      const attachment: unknown = socket.deserializeAttachment();
      socket.serializeAttachment({ ...Object(attachment), checkedAt: 0 });
    }
  });
  await evictDurableObject(stub, { webSockets: 'hibernate' });
}

const void_ = { code: 1008, reason: 'Invalid or expired JWT token' };

test.each([
  {
    name: 'a logout',
    act: async ({ token }: { token: string }) => {
      await send('POST', '/api/v1/auth/logout', { token });
    },
  },
  {
    name: 'a disabled account',
    act: async ({ username }: { username: string }) => {
      await env.DB.prepare('UPDATE user SET is_active = 0 WHERE username = ?').bind(username).run();
    },
  },
  {
    name: 'a deleted account',
    act: async ({ username }: { username: string }) => {
      await env.DB.prepare('DELETE FROM user WHERE username = ?').bind(username).run();
    },
  },
])('$name closes open sockets at their next word, and the word is not taken', async ({ act }) => {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('hello');
  await act(user);
  await outdateChecks(`${user.username}/${id}`);
  socket.send({ content: 'still here?' });
  expect(await socket.closed).toEqual(void_);
  expect(socket.types().filter((type) => type === 'session_id')).toHaveLength(1);
});

test('a token that still holds stays, and is not asked about again for a while', async () => {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  await outdateChecks(`${user.username}/${id}`);
  await socket.say('hello');
  const checkedAt = await runInDurableObject(
    env.CHAT_SESSION.getByName(`${user.username}/${id}`),
    (_, state) => state.getWebSockets().map((each) => Number(Object(each.deserializeAttachment()).checkedAt)),
  );
  expect(checkedAt[0]).toBeGreaterThan(Date.now() - 10_000);
});

test('a socket whose token has expired is closed at its next word', async () => {
  const user = await newUser();
  const exp = Math.floor(Date.now() / 1000) - 50;
  const token = await mintToken({ username: user.username, exp });
  const { socket, ready } = await connectSocket({ token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  const stub = env.CHAT_SESSION.getByName(`${user.username}/${id}`);
  await runInDurableObject(stub, (_, state) => {
    for (const each of state.getWebSockets()) {
      each.serializeAttachment({
        ...Object(each.deserializeAttachment()),
        checkedAt: 0,
        expiresAt: Date.now() - 61_000,
      });
    }
  });
  await evictDurableObject(stub, { webSockets: 'hibernate' });
  socket.send({ content: 'still here?' });
  expect(await socket.closed).toEqual(void_);
});

test('who only watches, with a void token, is shown nothing of the next turn', async () => {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('hello');
  const token = await mintToken({ username: user.username });
  const watcher = await connectSocket({ token, session_id: id });
  await send('POST', '/api/v1/auth/logout', { token });
  await outdateChecks(`${user.username}/${id}`);
  await socket.say('anyone?');
  expect(await watcher.socket.closed).toEqual(void_);
  expect(watcher.socket.types()).toEqual(['ready']);
});

test('a database that cannot be asked closes nobody', async () => {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('hello');
  await outdateChecks(`${user.username}/${id}`);
  await env.DB.exec('ALTER TABLE revoked_token RENAME TO revoked_token_away');
  try {
    const events = await socket.say('still here');
    expect(events.some(({ type }) => type === 'done')).toBe(true);
  } finally {
    await env.DB.exec('ALTER TABLE revoked_token_away RENAME TO revoked_token');
  }
});
