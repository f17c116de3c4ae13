import { expect, test, vi } from 'vitest';
import { UserSpace } from '#user/user-space.ts';
import { scriptedModel } from '#test/support/scripted-model.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { withModel } from '../../support/workers/scripted-session.ts';
import { connectSocket } from '../../support/workers/socket.ts';

test('the list is told no more of a line than its search keeps', async () => {
  const told = vi.spyOn(UserSpace.prototype, 'finishTurn');
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  await socket.say('long '.repeat(5_000));
  const turns = told.mock.calls.map(([turn]) => turn);
  told.mockRestore();
  expect(turns.map(({ records }) => records.map(({ role, text }) => [role, text.length]))).toEqual([
    [
      ['user', 20_000],
      ['assistant', 20_000],
    ],
  ]);
});

test.each([
  { prompt: 'Paint the fence, please', title: 'Paint the fence' },
  { prompt: 'hi', title: null },
])('a session whose first prompt fails is about that prompt: $prompt', async ({ prompt, title }) => {
  const told = vi.spyOn(UserSpace.prototype, 'finishTurn');
  const failure = {
    type: 'failure',
    kind: 'rate_limit',
    text: 'API Error: 429 The service is busy',
  } as const;
  await withModel(scriptedModel([[failure]]), async ({ say }) => {
    await say(prompt);
  });
  const titles = told.mock.calls.map(([turn]) => turn.title);
  told.mockRestore();
  expect(titles).toEqual([title]);
});
