import { expect, test } from 'vitest';
import { usageByDay } from '#user/usage.ts';
import { finishedTurn, newSession, newUserSpace, START, withSql } from './user-space.ts';

const DAY = 24 * 60 * 60 * 1000;

/** What a session has used after so many turns. */
const used = (turns: number) => ({
  steps: 2 * turns,
  input_tokens: 10 * turns,
  output_tokens: 5 * turns,
  cache_creation_input_tokens: 20 * turns,
  cache_read_input_tokens: 70 * turns,
  cost_usd: 0.25 * turns,
});
const report = (turns: number) => ({ turns, ...used(turns), cache_share: turns === 0 ? 0 : 0.7 });

const turn = (session: string, turn_count: number, updated_at = START) =>
  finishedTurn(session, { turn_count, updated_at, usage: used(turn_count) });

const daysOf = (space: DurableObjectStub, days: number, now: number) =>
  withSql(space, (sql) => usageByDay(sql, { days, now }));

test('turns count once, told twice, late, or with the next one', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one'));
  for (const count of [1, 1, 3, 2, 3, 4]) await space.finishTurn(turn('one', count));
  expect(await space.sessionUsage('one')).toEqual({ session_id: 'one', ...report(4) });
  expect(await daysOf(space, 1, START)).toEqual({
    total: report(4),
    days: [{ day: '2026-01-02', ...report(4) }],
  });
});

test('days are those of UTC, newest first, over all sessions, deleted ones too', async () => {
  const space = newUserSpace();
  const midnight = Date.UTC(2026, 0, 3);
  for (const id of ['one', 'two']) await space.startSession(newSession(id));
  await space.finishTurn(turn('one', 1, midnight - 1));
  await space.finishTurn(turn('one', 2, midnight));
  await space.finishTurn(turn('two', 3, midnight + DAY - 1));
  await space.removeSessions(['two']);
  const days = [
    { day: '2026-01-03', ...report(4) },
    { day: '2026-01-02', ...report(1) },
  ];
  expect(await daysOf(space, 2, midnight)).toEqual({ total: report(5), days });
  expect(await daysOf(space, 1, midnight)).toEqual({ total: report(4), days: days.slice(0, 1) });
  expect(await daysOf(space, 30, midnight + 40 * DAY)).toEqual({ total: report(0), days: [] });
  expect(await space.sessionUsage('two')).toBeNull();
});

test('a session that was deleted uses nothing any more', async () => {
  const space = newUserSpace();
  await space.finishTurn(turn('gone', 1));
  expect(await daysOf(space, 1, START)).toEqual({ total: report(0), days: [] });
});
