import { expect, test } from 'vitest';
import { isClean, tally } from '../../scripts/drill-tally.ts';

const sent = (number: number, chatId = 'a') => ({ number, chatId, acceptedAt: 1_000 });
const shown = (text: string, chatId = 'a', at = 1_500) => ({ text, chatId, at });

const cases = [
  {
    name: 'answered, each alone or together',
    accepted: [sent(1), sent(2), sent(12), sent(3, 'b')],
    shown: [shown('to zalo-1'), shown('to zalo-2 zalo-12', 'a', 3_000), shown('zalo-3', 'b')],
    expected: { answered: 4, answerMs: [500, 500, 2_000, 2_000] },
    clean: true,
  },
  {
    name: 'no answer',
    accepted: [sent(1), sent(2)],
    shown: [shown('to zalo-2'), shown('zalo-12 whatsapp-1')],
    expected: { answered: 1, lost: [1], answerMs: [500] },
    clean: false,
  },
  {
    name: 'a second answer that says nothing',
    accepted: [sent(1)],
    shown: [shown('zalo-1'), shown('zalo-1')],
    expected: { answered: 1, duplicated: [1], answerMs: [500] },
    clean: false,
  },
  {
    name: 'a second and a third answer that say what they may be',
    accepted: [sent(1)],
    shown: [shown('zalo-1'), shown('(may be a repeat) zalo-1'), shown('(may be a repeat) zalo-1')],
    expected: { answered: 1, labelled: [1], answerMs: [500] },
    clean: true,
  },
  {
    name: 'a label does not excuse two without',
    accepted: [sent(1)],
    shown: [shown('zalo-1'), shown('(may be a repeat) zalo-1'), shown('zalo-1')],
    expected: { answered: 1, labelled: [1], duplicated: [1], answerMs: [500] },
    clean: false,
  },
  {
    name: 'an answer in the wrong chat',
    accepted: [sent(1)],
    shown: [shown('zalo-1', 'b')],
    expected: { answered: 0, lost: [1], strayed: [1], answerMs: [] },
    clean: false,
  },
  {
    name: 'answers in another order than the messages',
    accepted: [sent(1), sent(2), sent(3, 'b')],
    shown: [shown('zalo-3', 'b'), shown('zalo-2'), shown('zalo-1')],
    expected: { answered: 3, disordered: [2], answerMs: [500, 500, 500] },
    clean: false,
  },
];

test.each(cases)('$name', ({ accepted, shown: messages, expected, clean }) => {
  const found = tally('zalo', { accepted, shown: messages });
  expect(found).toEqual({
    platform: 'zalo',
    sent: accepted.length,
    lost: [],
    duplicated: [],
    labelled: [],
    strayed: [],
    disordered: [],
    ...expected,
  });
  expect(isClean(found)).toBe(clean);
});
