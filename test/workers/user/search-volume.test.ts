import { expect, test } from 'vitest';
import { finishTurn } from '#user/finish-turn.ts';
import { searchSessions } from '#user/search-sessions.ts';
import { startSession } from '#user/start-session.ts';
import { finishedTurn, newSession, newUserSpace, START, withSql } from './user-space.ts';

/** Raise it to measure: 1,000 sessions are 100,000 lines. */
const SESSIONS = 50;
const TURNS = 50;

const syllables = 'ba che di fo gu ha ke li mo nu pa qui ra se ti vo wa xe yo zu'.split(' ');

/** The same words in the same order in every run; a few of them often, most of them seldom, as in speech. */
function createWriter() {
  let state = 1;
  const chance = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const pick = <Item>(items: readonly Item[], place: number) => items[Math.floor(place * items.length)];
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(chance() * 3) }, () => pick(syllables, chance())).join(''),
  );
  return (count: number) =>
    Array.from({ length: count }, () => words[Math.floor(words.length ** chance())]).join(' ');
}

test('a search over thousands of lines finds each of them, and nothing else', async () => {
  const write = createWriter();
  const space = newUserSpace();
  await withSql(space, (sql) => {
    for (let session = 0; session < SESSIONS; session++) {
      const id = `s${session}`;
      startSession(
        { sql, maxSessions: 5_000 },
        newSession(id, { first_message: '', created_at: START + session }),
      );
      for (let turn = 0; turn < TURNS; turn++) {
        const mark = turn === 7 ? ` MarkOf${session}x` : '';
        const records = [write(20), write(80) + mark].map((text, index) => ({
          seq: 2 * turn + index,
          role: 'user',
          text: `${text} everywhere`,
        }));
        finishTurn(sql, finishedTurn(id, { turn_count: turn + 1, records }));
      }
    }
  });

  const search = (query: string) =>
    withSql(space, (sql) => {
      const start = performance.now();
      const { results } = searchSessions(sql, { query, max_results: 100 });
      // Read it when measuring; time is not asserted, since a busy machine would fail the test
      console.log(`"${query}": ${results.length} sessions in ${performance.now() - start} ms`);
      return results.map(({ session_id, match_count }) => [session_id, match_count]);
    });

  const everywhere = Array.from({ length: Math.min(SESSIONS, 100) }, (_, index) => [
    `s${SESSIONS - 1 - index}`,
    2 * TURNS,
  ]);
  expect(await search('everywhere')).toEqual(everywhere);
  expect(await search('markof31x')).toEqual([['s31', 1]]);
  expect(await search('f3')).toEqual(expect.arrayContaining([['s31', 1]]));
  expect(await search('everywhere else')).toEqual([]);
}, 120_000);
