import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, inject, test } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { fitting } from '#session/mcp-lists.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

const useServer = (path: string): void => {
  const mcpServers = [toRemoteServer('fake', { url: `${inject('mcpUrl')}${path}` })];
  Object.assign(catalog.agent(null), { mcpServers });
};
afterEach(() => Object.assign(catalog.agent(null), { mcpServers: [] }));

async function start() {
  const { token, username } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const id = `${username}/${ready.type === 'ready' ? ready.cwd_id : ''}`;
  const inObject = <Value>(act: (sql: SqlStorage) => Value) =>
    runInDurableObject(env.CHAT_SESSION.getByName(id), (_, { storage }) => act(storage.sql));
  return {
    turn: () => socket.say(promptScript({ blocks: [{ text: ['Hi.'] }] })),
    age: (minutes: number) =>
      inObject((sql) => {
        sql.exec('UPDATE mcp_list SET listed_at = listed_at - ?', minutes * 60_000);
      }),
    /** Milliseconds since 1970. */
    listedAt: () => inObject((sql) => Number(sql.exec('SELECT listed_at FROM mcp_list').one()['listed_at'])),
  };
}

async function requests(path: string): Promise<number> {
  const all: { path: string }[] = await (await fetch(`${inject('mcpUrl')}/control/requests`)).json();
  return all.filter((request) => request.path === path).length;
}

test('a list is kept for minutes, then asked for beside the turn, after a day before it', async () => {
  useServer('/json');
  const { turn, age, listedAt } = await start();
  await turn();
  const first = await listedAt();
  await age(4);
  await turn();
  expect(await listedAt()).toBe(first - 4 * 60_000);
  await age(2);
  await turn();
  await expect.poll(listedAt).toBeGreaterThan(first);
  await age(25 * 60);
  await turn();
  expect(await listedAt()).toBeGreaterThan(first);
});

test('a server that cannot be used is left alone for a minute', async () => {
  const path = `/broken?${crypto.randomUUID()}`;
  useServer(path);
  const { turn, age } = await start();
  await turn();
  await turn();
  expect(await requests(path)).toBe(1);
  await age(2);
  await turn();
  expect(await requests(path)).toBe(2);
});

test('other settings of a server are another list', async () => {
  useServer('/broken');
  const { turn, listedAt } = await start();
  await turn();
  const before = await listedAt();
  useServer('/json');
  await turn();
  expect(await listedAt()).toBeGreaterThan(before);
});

test('however a server lists its tools, they stand in one order', () => {
  const listed = (...names: string[]) =>
    fitting(names.map((name) => ({ name, inputSchema: { type: 'object' } }))).map(({ name }) => name);
  expect(listed('b', 'c', 'a')).toEqual(['a', 'b', 'c']);
});
