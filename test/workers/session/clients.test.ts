import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { Clients } from '#session/clients.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

const PING = '{"type":"ping"}';

test.each([
  { name: 'that never pings', pings: false, later: 3_600_000, open: true },
  { name: 'that pinged a moment ago', pings: true, later: 59_000, open: true },
  { name: 'that was not heard of for a minute', pings: true, later: 61_000, open: false },
])('a page counts as open until nothing is heard of it: one $name', async ({ pings, later, open }) => {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token });
  const stub = env.CHAT_SESSION.getByName(`${user.username}/${ready.type === 'ready' ? ready.cwd_id : ''}`);
  const isOpen = (now: () => number) =>
    runInDurableObject(stub, (_, context) => new Clients(context, { ...systemClock, now }).isOpen);
  if (pings) {
    socket.send(PING);
    await expect
      .poll(() =>
        runInDurableObject(stub, (_, context) =>
          context.getWebSockets().map((one) => context.getWebSocketAutoResponseTimestamp(one)),
        ),
      )
      .toEqual([expect.any(Date)]);
  }
  expect(await isOpen(() => Date.now() + later)).toBe(open);
  await socket.close();
});
