import { expect, test, vi } from 'vitest';
import { bashTool } from '#tools/bash.ts';
import { skillTool } from '#tools/skill.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText } from './run-tool.ts';

// The shell is slow on a busy machine
vi.setConfig({ testTimeout: 60_000 });

/** Runs a script of the skill as an agent does: loads it, then calls Bash. */
const runScript = (script: string, file: string, content: string | Uint8Array) =>
  withWorkspace(async (workspace) => {
    await workspace.writeFile(`/workspace/input/${file}`, content);
    await runForText(skillTool(workspace), { skill: 'data-summary' });
    return runForText(bashTool(workspace), {
      command: `bash /workspace/.skills/data-summary/scripts/${script} input/${file}`,
    });
  });

const sales = `id,city,amount,day,note,active,shop
1,Berlin,10.5,2026-01-03,"said ""hi"", then left",true,A
2,berlin,11,2026-01-02,,true,A
3,Paris,12.25,2026-02-01,"two
lines",false,A
4,Paris,n.a.,2026-01-09,NA,true,A
5, Paris,9,2026-01-10,,yes,A
6,Rome,900,2026-01-10,x|y,true,A
7,Rome,10,2026-03-10,,true,A
7,Rome,10,2026-03-10,,true,A
8,Rome,12
`;

test('a profile of a CSV file with every kind of fault', async () => {
  expect(await runScript('profile.sh', 'sales.csv', `\uFEFF${sales.replaceAll('\n', '\r\n')}`))
    .toBe(`# Profile of sales.csv

- Rows: 9, columns: 7
- Delimiter \`,\`, header in the first line

## Columns

| # | Column | Type | Filled | Missing | Distinct | Most frequent |
|--:|---|---|--:|--:|--:|---|
| 1 | id | integer | 9 | 0 | 8 | 7 (2×) |
| 2 | city | text | 9 | 0 | 4 | Rome (4×) |
| 3 | amount | number* | 9 | 0 | 8 | 10 (2×) |
| 4 | day | date | 8 | 1 | 6 | 2026-01-10 (2×) |
| 5 | note | text | 3 | 6 | 3 |  |
| 6 | active | boolean | 8 | 1 | 3 | true (6×) |
| 7 | shop | text | 8 | 1 | 1 | A (8×) |

\\* Not every value is of this type: see below.

## Numbers

| Column | Min | 25 % | Median | Mean | 75 % | Max | Outliers |
|---|--:|--:|--:|--:|--:|--:|--:|
| id | 1 | 3 | 5 | 4.7778 | 7 | 8 | 0 |
| amount | 9 | 10 | 10.5 | 121.8438 | 12 | 900 | 1 |

## Dates

| Column | Earliest | Latest |
|---|---|---|
| day | 2026-01-02 | 2026-03-10 |

## To look at

- Rows with another number of fields than the first line (7): 1, in line 11 (3).
- Rows that repeat an earlier row: 1, in line 10.
- **city**: values with blanks around them: 1.
- **city**: values that differ only in upper and lower case: "Berlin" and "berlin".
- **amount**: values that are not of the type number: 1 of 9, "n.a." (line 6).
- **note**: rows without a value: 6 of 9.
- **shop**: has the same value in each row that is filled.
- **amount**: values outside 7 to 15: 1, namely 900.`);
});

const columnsOf = (report: string) =>
  report.split('\n').filter((line) => /^\| \d/.test(line) || line.startsWith('- Rows:'));

test.each([
  {
    what: 'semicolons and decimal commas',
    file: 'a.csv',
    content: 'a;b|c\n1;2,5\n2;3,5\n3;1e3\n',
    columns: [
      '- Rows: 3, columns: 2',
      '| 1 | a | integer | 3 | 0 | 3 |  |',
      '| 2 | b/c | number | 3 | 0 | 3 |  |',
    ],
  },
  {
    what: 'tabs, no header',
    file: 'a.tsv',
    content: '1\t2026-01-01\n2\t2026-01-02',
    columns: [
      '- Rows: 2, columns: 2',
      '| 1 | column 1 | integer | 2 | 0 | 2 |  |',
      '| 2 | column 2 | date | 2 | 0 | 2 |  |',
    ],
  },
  {
    what: 'a JSON object with a list in it',
    file: 'a.json',
    content: JSON.stringify({
      total: 2,
      items: [
        { a: 1, b: 'x\ny' },
        { b: 'z', a: null, c: [1] },
      ],
    }),
    columns: [
      '- Rows: 2, columns: 3',
      '| 1 | a | integer | 1 | 1 | 1 |  |',
      '| 2 | b | text | 2 | 0 | 2 |  |',
      '| 3 | c | text | 1 | 1 | 1 |  |',
    ],
  },
  {
    what: 'JSON Lines',
    file: 'a.jsonl',
    content: '{"a":true}\n{"a":false}\n{"a":true}\n',
    columns: ['- Rows: 3, columns: 1', '| 1 | a | boolean | 3 | 0 | 2 | true (2×) |'],
  },
  {
    what: 'a quote that never closes',
    file: 'a.csv',
    content: 'a,b\n1,"x\n2,y\n',
    columns: [
      '- Rows: 1, columns: 2',
      '| 1 | a | integer | 1 | 0 | 1 |  |',
      '| 2 | b | text | 1 | 0 | 1 |  |',
    ],
  },
])('a profile of $what', async ({ file, content, columns }) => {
  expect(columnsOf(await runScript('profile.sh', file, content))).toEqual(columns);
});

test('of a large table a part is read, and the report says so', async () => {
  const rows = Array.from({ length: 1_200 }, (_, index) => `${index}${','.repeat(39)}\n`);
  const report = await runScript('profile.sh', 'large.csv', `a${',b'.repeat(39)}\n${rows.join('')}`);
  expect(report).toContain(
    '- Rows: 999, columns: 40\n- Delimiter `,`, header in the first line\n- Only the first 1000 of 1201 lines were read.\n',
  );
});

test('a table without quotes, for short commands', async () => {
  expect((await runScript('tsv.sh', 'sales.csv', sales)).split('\n').slice(0, 5)).toEqual([
    'id\tcity\tamount\tday\tnote\tactive\tshop',
    '1\tBerlin\t10.5\t2026-01-03\tsaid "hi", then left\ttrue\tA',
    '2\tberlin\t11\t2026-01-02\t\ttrue\tA',
    '3\tParis\t12.25\t2026-02-01\ttwo lines\tfalse\tA',
    '4\tParis\tn.a.\t2026-01-09\tNA\ttrue\tA',
  ]);
});

test.each([
  { what: 'an empty file', content: '', says: 'input/a.csv is empty' },
  { what: 'JSON that is no table', content: '[1, 2]', says: 'is not a list of JSON objects' },
  { what: 'broken JSON', content: '[{"a": 1', says: 'is not a list of JSON objects' },
])('$what is refused with a reason', async ({ content, says }) => {
  await expect(runScript('profile.sh', 'a.csv', content)).rejects.toThrow(says);
});
