import { expect, test, vi } from 'vitest';
import { UserSpace } from '#user/user-space.ts';
import { newUser } from '../../support/workers/accounts.ts';
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
