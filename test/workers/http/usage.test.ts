import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { connectSocket } from '#test/support/workers/socket.ts';

async function ask(path: string, token: string) {
  const response = await send('GET', `/api/v1${path}`, { token });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

test('what turns used is there when they are done, for their user alone', async () => {
  const [{ token }, other] = [await newUser(), await newUser()];
  const { socket, ready } = await connectSocket({ token });
  const id = ready.type === 'ready' ? ready.cwd_id : '';
  const tokens = (times: number) => ({
    input_tokens: 10 * times,
    output_tokens: 20 * times,
    cache_creation_input_tokens: 30 * times,
    cache_read_input_tokens: 60 * times,
  });
  await socket.say(
    promptScript(
      { blocks: [{ tool: 'TaskList', id: 'call_1', input: {} }], usage: tokens(1) },
      { blocks: [{ text: ['one'] }], usage: tokens(2) },
    ),
  );
  const events = await socket.say(promptScript({ blocks: [{ text: ['two'] }], usage: tokens(3) }));
  const done = events.findLast((event) => event.type === 'done');
  const report = {
    turns: 2,
    steps: 3,
    ...tokens(6),
    cache_share: 0.6,
    cost_usd: expect.closeTo(done?.total_cost_usd ?? 0, 10),
  };
  expect(done?.total_cost_usd).toBeGreaterThan(0);
  const session = await ask(`/sessions/${id}/usage`, token);
  expect(session).toEqual({ status: 200, body: { session_id: id, ...report } });
  expect((await ask(`/sessions/pending-${id}/usage`, token)).body).toEqual(session.body);
  expect(await ask('/usage', token)).toEqual({
    status: 200,
    body: { total: report, days: [{ day: new Date().toISOString().slice(0, 10), ...report }] },
  });
  expect((await ask(`/sessions/${id}/usage`, other.token)).status).toBe(404);
  expect((await ask('/usage', other.token)).body).toMatchObject({
    total: { turns: 0, cost_usd: 0 },
    days: [],
  });
});

test.each(['0', '367', '-1', 'x', '1.5', ''])('of %j days is refused', async (days) => {
  const { token } = await newUser();
  expect((await ask(`/usage?days=${days}`, token)).status).toBe(422);
});

test.each(['/usage', '/sessions/some-id/usage'])('GET %s needs a user', async (path) => {
  expect((await send('GET', `/api/v1${path}`)).status).toBe(401);
});
