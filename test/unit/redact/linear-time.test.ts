import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { z } from 'zod';

const base64 = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA';

// What makes overlapping patterns or unbounded look-ahead explode
const simple = [
  ...'HSBC_|a|A|7|a=|=|"password":|password:|password=|-----BEGIN|-----|-|"|\'|`|\\|\\"|[|(|@|:|://|.|...|a/|a.|/|*'.split(
    '|',
  ),
  ...'eyJ|eyJabcdefgh.|sk-|ghp_|AKIA|xoxb-|bearer |[oauth|VIB|PDF|é|🙂|word |\n| '.split('|'),
  base64,
  `${base64}/`,
  '|',
];
const starts =
  'password: |token="|https://|https://a:|Bearer |x=|- token: x |-----BEGIN PRIVATE KEY-----\n'.split('|');

// A hundred thousand labels and more, each decided by itself: what would be read again for each of its neighbours takes minutes
const dense = [
  ...'KEY=|key:|HSBC=|password==|password: |token=a;|token=a(|token=(|token=x"|--token |- token: ab\n|*token*: ab\n'.split(
    '|',
  ),
  ...'token=https://|token="<token=|token: abcd |token="token=\'|://a:b|a://b:c/|://a:b/|a@b:c|12345678:|[oauth]'.split(
    '|',
  ),
  ...'abcdefgh...|bearer aaaaaaaaaaaaaaaa |token aaaaaaaaaaaaaaa1 |http://x/api/v1/files/dl/a.'.split('|'),
  ...'-----BEGIN PRIVATE KEY-----|-----BEGIN PRIVATE KEY-----\nMIIEMIIEMIIEMIIE\n'.split('|'),
];

const tasks = [
  ...simple.map((unit) => ({ start: '', unit, pieces: false, limit: 200 })),
  ...starts.flatMap((start) =>
    ['a', 'aB3', 'a/', 'A_', '@', ')', '='].map((unit) => ({ start, unit, pieces: false, limit: 200 })),
  ),
  ...dense.map((unit) => ({ start: '', unit, pieces: false, limit: 1000 })),
  ...['A sentence, with a few words and a number (42). ', 'a', 'password: '].map((unit) => ({
    start: '',
    unit,
    pieces: true,
    limit: 1000,
  })),
];

const worker = new Worker(new URL('measure.ts', import.meta.url), { workerData: tasks });
const times = once(worker, 'message').then(([message]) => z.array(z.number()).parse(message));

test.each(tasks.map((task, index) => ({ ...task, index })))(
  'a megabyte of "$start" and "$unit" takes less than $limit ms (in pieces: $pieces)',
  { timeout: 120_000 },
  async ({ index, limit }) => {
    expect((await times)[index]).toBeLessThan(limit);
  },
);
