import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldText } from '#lib/fold-text.ts';
import { makeSnippet } from '#user/search-snippet.ts';
import { searchSessions } from '#user/search-sessions.ts';
import { finishedTurn, newSession, newUserSpace, records, START, withSql } from './user-space.ts';

/** A session whose name and first prompt match nothing that is searched for here. */
async function addSession(
  space: ReturnType<typeof newUserSpace>,
  session: { id: string; lines: string[]; title?: string; at?: number; first?: string },
) {
  const { id, lines, title = null, at = 0, first = '' } = session;
  await space.startSession(
    newSession(id, { first_message: first, created_at: START + at, agent_id: 'coder' }),
  );
  await space.finishTurn(finishedTurn(id, { title, turn_count: 7, records: records(...lines) }));
}

const find = async (space: ReturnType<typeof newUserSpace>, query: string, max_results = 20) =>
  (await space.search({ query, max_results })).results;

test('the whole answer', async () => {
  const space = newUserSpace();
  await addSession(space, {
    id: 'one',
    lines: ['Hello there', 'a Needle here', 'x', 'NEEDLE'],
    title: 'Talk',
  });
  expect(await space.search({ query: ' needle ', max_results: 20 })).toEqual({
    results: [
      {
        session_id: 'one',
        name: 'Talk',
        first_message: '',
        created_at: '2026-01-02T03:04:05.000Z',
        turn_count: 7,
        agent_id: 'coder',
        relevance_score: 0.7 * (2 / 4) + 0.3 * (1 - 1 / 4),
        match_count: 2,
        snippet: 'a Needle here',
        snippets: ['a Needle here'],
      },
    ],
    total_count: 1,
    query: ' needle ',
  });
});

describe('what finds what', () => {
  const space = newUserSpace();
  const lines = {
    accents: 'Un café, déjà vu',
    decomposed: 'Zoe\u0308 sat down',
    vietnamese: 'Đường phố Hà Nội rất đẹp',
    chinese: '今天天气很好',
    thai: 'สวัสดีชาวโลก',
    korean: '한국어 검색',
    greek: 'ΟΔΟΣ και ΝΟΜΟΣ',
    code: 'SELECT "a" FROM t WHERE x LIKE \'50%_\' AND (b OR c*)',
    emoji: 'well done 👍🏽',
    nul: 'before\0after',
    short: 'ends in zq',
  };
  beforeAll(async () => {
    for (const [id, line] of Object.entries(lines)) await addSession(space, { id, lines: [line] });
  });

  test.each([
    { query: 'cafe', expected: ['accents'] },
    { query: 'CAFÉ', expected: ['accents'] },
    { query: 'af', expected: ['nul', 'accents'] },
    { query: 'déja v', expected: ['accents'] },
    { query: 'zoë', expected: ['decomposed'] },
    { query: 'duong pho', expected: ['vietnamese'] },
    { query: 'đẹp', expected: ['vietnamese'] },
    { query: '天气', expected: ['chinese'] },
    { query: '好', expected: ['chinese'] },
    { query: '天气很好', expected: ['chinese'] },
    { query: 'ชาวโลก', expected: ['thai'] },
    { query: '검색', expected: ['korean'] },
    { query: 'νομος', expected: ['greek'] },
    { query: '"a"', expected: ['code'] },
    { query: '50%_', expected: ['code'] },
    { query: '50x', expected: [] },
    { query: 'AND (b', expected: ['code'] },
    { query: 'c*)', expected: ['code'] },
    { query: '👍', expected: ['emoji'] },
    { query: 're\0af', expected: ['nul'] },
    { query: 'zq', expected: ['short'] },
    { query: 'q', expected: ['short'] },
    { query: 'beforeafter', expected: [] },
    { query: '', expected: [] },
    { query: ' \n ', expected: [] },
    { query: '\u0301', expected: [] },
    { query: 'text:a', expected: [] },
    { query: 'x'.repeat(1_000), expected: [] },
  ])('$query', async ({ query, expected }) => {
    const found = await find(space, query);
    expect(found.map((hit) => hit.session_id).sort()).toEqual([...expected].sort());
  });
});

test('any text is found by any piece of itself, and no text raises an error', async () => {
  const space = newUserSpace();
  let next = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.string({
        unit: fc.oneof(
          fc.constantFrom('"', '*', 'AND ', '(', ')', '^', ':', '-', 'é', 'Đ', 'İ', '한'),
          fc.string({ unit: 'binary' }),
        ),
      }),
      fc.nat(),
      fc.integer({ min: 1, max: 12 }),
      async (text, from, length) => {
        const id = `s${next++}`;
        await addSession(space, { id, lines: [text] });
        const points = Array.from(text);
        const start = points.length === 0 ? 0 : from % points.length;
        const piece = points.slice(start, start + length).join('');
        const found = await find(space, piece, 100);
        await space.removeSessions([id]);
        const expected = foldText(piece).trim() !== '' && foldText(text).includes(foldText(piece).trim());
        expect(found.map((hit) => hit.session_id)).toEqual(expected ? [id] : []);
      },
    ),
    { numRuns: 150, examples: [['\0\u000e\u{10ffff}', 0, 2]] },
  );
}, 60_000);

describe('score and order', () => {
  test('by score, then newest first; the faint are dropped; archived sessions count', async () => {
    const space = newUserSpace();
    const filler = (count: number) => Array.from({ length: count }, () => 'filler');
    await addSession(space, { id: 'all', lines: ['needle', 'needle'], at: 1 });
    await addSession(space, { id: 'older', lines: ['x', 'needle'], at: 2 });
    await addSession(space, { id: 'newer', lines: ['x', 'needle'], at: 3 });
    await addSession(space, { id: 'faint', lines: [...filler(39), 'needle'], at: 4 });
    await addSession(space, { id: 'early', lines: ['needle', ...filler(39)], at: 5 });
    await space.updateSession('older', { archived: true });
    const found = await find(space, 'needle');
    expect(found.map((hit) => [hit.session_id, hit.relevance_score, hit.match_count])).toEqual([
      ['all', 1, 2],
      ['newer', 0.7 * 0.5 + 0.3 * 0.5, 1],
      ['older', 0.7 * 0.5 + 0.3 * 0.5, 1],
      ['early', 0.7 / 40 + 0.3, 1],
    ]);
  });

  test.each([
    {
      name: 'a name alone',
      title: 'My Needle',
      lines: ['a', 'b'],
      expected: [0.7 / 2 + 0.3, 1, 'My Needle'],
    },
    {
      name: 'a first prompt before any turn ended',
      title: null,
      first: 'needle?',
      lines: [],
      expected: [1, 1, 'needle?'],
    },
    {
      name: 'a name made from the first line adds nothing to it',
      title: 'needle',
      lines: ['the needle', 'b'],
      expected: [0.7 / 2 + 0.3, 1, 'the needle'],
    },
    {
      name: 'a name saves a faint line',
      title: 'needle',
      lines: [...Array.from({ length: 39 }, () => 'x'), 'a needle'],
      expected: [0.7 * (2 / 40) + 0.3, 2, 'a needle'],
    },
    {
      name: 'a name found by two characters',
      title: 'zq',
      lines: ['a'],
      query: 'ZQ',
      expected: [1, 1, 'zq'],
    },
  ])('$name', async ({ title, lines, first = '', query = 'needle', expected }) => {
    const space = newUserSpace();
    await addSession(space, { id: 'one', lines, first, ...(title === null ? {} : { title }) });
    const found = await find(space, query);
    expect(found.map((hit) => [hit.relevance_score, hit.match_count, hit.snippet])).toEqual([expected]);
  });

  test('a name that was replaced is no longer found', async () => {
    const space = newUserSpace();
    await addSession(space, { id: 'one', lines: ['a'], title: 'generated' });
    await space.updateSession('one', { name: 'chosen' });
    expect([(await find(space, 'generated')).length, (await find(space, 'chosen')).length]).toEqual([0, 1]);
    await space.updateSession('one', { name: null });
    expect([(await find(space, 'generated')).length, (await find(space, 'chosen')).length]).toEqual([1, 0]);
  });

  test.each([
    { max_results: 2, expected: 2 },
    { max_results: 0, expected: 1 },
    { max_results: -5, expected: 1 },
    { max_results: 1_000, expected: 100 },
  ])('max_results $max_results gives $expected', async ({ max_results, expected }) => {
    const space = newUserSpace();
    for (let index = 0; index < 101; index++) await addSession(space, { id: `s${index}`, lines: ['needle'] });
    const { results, total_count } = await space.search({ query: 'needle', max_results });
    expect([results.length, total_count]).toEqual([expected, expected]);
  });
});

test('a line told twice counts once, one told late counts too', async () => {
  const space = newUserSpace();
  await space.startSession(newSession('one', { first_message: '' }));
  const turn = (seq: number) =>
    finishedTurn('one', { records: [{ seq, role: 'user', text: `needle ${seq}` }] });
  for (const seq of [0, 0, 2, 1, 2, 1]) await space.finishTurn(turn(seq));
  expect(await find(space, 'needle')).toMatchObject([{ match_count: 3, relevance_score: 1 }]);
});

test('of a long line, the beginning is searched', async () => {
  const space = newUserSpace();
  await addSession(space, { id: 'one', lines: [`early ${'.'.repeat(20_000)} late`] });
  expect([(await find(space, 'early')).length, (await find(space, 'late')).length]).toEqual([1, 0]);
});

test('a removed session is not found, its neighbours are', async () => {
  const space = newUserSpace();
  for (const id of ['a', 'b', 'c']) await addSession(space, { id, lines: ['needle one', 'needle two'] });
  await space.removeSessions(['b']);
  const found = await find(space, 'needle');
  expect(found.map((hit) => [hit.session_id, hit.match_count])).toEqual([
    ['c', 2],
    ['a', 2],
  ]);
});

test.each([
  { name: 'short text is shown whole', text: 'a needle b', needle: 'needle', expected: 'a needle b' },
  {
    name: 'a hundred characters before and after, cut to two hundred',
    text: `${'a'.repeat(150)}needle${'b'.repeat(150)}`,
    needle: 'needle',
    expected: `...${'a'.repeat(100)}needle${'b'.repeat(91)}`,
  },
  {
    name: 'a hit at the beginning',
    text: `needle${'b'.repeat(150)}`,
    needle: 'needle',
    expected: `needle${'b'.repeat(100)}...`,
  },
  {
    name: 'lengths that folding changes',
    text: `${'İ'.repeat(20)}${'e\u0301'.repeat(80)}needle`,
    needle: 'needle',
    expected: `...${'e\u0301'.repeat(50)}needle`,
  },
  {
    name: 'no half characters',
    text: `${'👍'.repeat(60)}b needle`,
    needle: 'needle',
    expected: `...${'👍'.repeat(49)}b needle`,
  },
])('snippet: $name', ({ text, needle, expected }) => {
  expect(makeSnippet(text, needle)).toBe(expected);
});

test('a snippet is at most 200 characters, well-formed, and begins near the hit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
      const snippet = makeSnippet(`${before}needle${after}`, 'needle');
      expect(snippet.length).toBeLessThanOrEqual(200);
      expect(snippet.isWellFormed()).toBe(true);
      expect(foldText(snippet)).toContain('needle');
    }),
  );
});

test('a search for one character stays within its bounds', async () => {
  const space = newUserSpace();
  const letters = Array.from({ length: 2_000 }, (_, index) => `x${String.fromCodePoint(0x4e00 + index)}y`);
  await addSession(space, { id: 'one', lines: letters });
  const [hit] = await withSql(space, (sql) => searchSessions(sql, { query: 'x', max_results: 1 }).results);
  expect(hit?.match_count).toBe(500);
});
