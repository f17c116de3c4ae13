import { expect, test, vi } from 'vitest';
import { bashTool } from '#tools/bash.ts';
import { skillTool } from '#tools/skill.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText } from './run-tool.ts';

// The shell is slow on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const measure = (content: string) =>
  withWorkspace(async (workspace) => {
    await workspace.writeFile('/workspace/input/a.md', content);
    await runForText(skillTool(workspace), { skill: 'writing-review' });
    return runForText(bashTool(workspace), {
      command: 'bash /workspace/.skills/writing-review/scripts/measure.sh input/a.md',
    });
  });

test('what can be counted about a text, with lines; code, tables, quotes and addresses do not count', async () => {
  const text = `---
title: in order to was done
---
# Report

In order to make the the point, this sentence, which was written by somebody who did not know when to stop,
goes on and on over two lines, with commas, e.g. here, and it does not end before it has reached thirty words.
It was decided. Die die [fine](http://x.example/very)! "He said so." Prior to \`in order to\`, done.

### Too deep

- One item that
  goes on
- Two very. Very short.

\`\`\`
in order to very the the
\`\`\`

> quoted quoted

| a a |
`;
  expect(await measure(text)).toBe(`# Measures of a.md

- Words: 65, sentences: 8, headings: 2
- Words per sentence: 8.1; the longest has 43 (line 6)
- Sentences over 30 words: 12 %
- Reading time: 1 min

## Long sentences: 1

- line 6: 43 words, "In order to make the the …"

## Words that stand twice: 2

- line 6: "the the"
- line 8: "die die"

## Phrases that can be shorter or plainer: 3

- line 6: "in order to" → to
- line 8: "prior to" → before
- line 14: "very" → (leave out, or a stronger word)

## Perhaps passive: 2

- line 6: "was written"
- line 8: "was decided"

## Headings that skip a level: 1

- line 10: level 3 follows level 1`);
});

test('a clean text has measures and nothing to look at', async () => {
  expect(await measure('Das ist gut.\r\n')).toBe(`# Measures of a.md

- Words: 3, sentences: 1, headings: 0
- Words per sentence: 3.0; the longest has 3 (line 1)
- Sentences over 30 words: 0 %
- Reading time: 1 min`);
});

test('of many places the first twenty are shown', async () => {
  const report = await measure('The the.\n'.repeat(25));
  expect(report).toContain('## Words that stand twice: 25\n\n- line 1: "the the"\n');
  expect(report).toMatch(/- line 20: "the the"\n- and 5 more$/);
});

test('an empty text is refused with a reason', async () => {
  await expect(measure(' \n')).rejects.toThrow('input/a.md is empty');
});
