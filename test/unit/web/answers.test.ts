import { expect, test } from 'vitest';
import { isAnswered, noChoice, pick, pickOther, toAnswers, write, type Choice } from '#web/core/answers.ts';
import type { Question } from '#web/core/waiting.ts';

const options = ['Red', 'Blue'].map((label) => ({ label, description: '' }));
const one: Question = { question: 'Which?', header: '', options, multiSelect: false };
const several: Question = { ...one, question: 'Which ones?', multiSelect: true };
const open: Question = { ...one, question: 'What else?', options: [] };

const cases: { name: string; question: Question; choice: Choice; answered: boolean; answer: unknown }[] = [
  { name: 'nothing', question: one, choice: noChoice, answered: false, answer: '' },
  { name: 'an option', question: one, choice: pick(one, noChoice, 'Red'), answered: true, answer: 'Red' },
  {
    name: 'another option after the first',
    question: one,
    choice: pick(one, pick(one, noChoice, 'Red'), 'Blue'),
    answered: true,
    answer: 'Blue',
  },
  {
    name: 'own words after an option',
    question: one,
    choice: write(one, pick(one, noChoice, 'Red'), ' Green '),
    answered: true,
    answer: 'Other: Green',
  },
  {
    name: 'an option after own words',
    question: one,
    choice: pick(one, write(one, noChoice, 'Green'), 'Red'),
    answered: true,
    answer: 'Red',
  },
  {
    name: 'Other without words',
    question: one,
    choice: pickOther(one, noChoice, true),
    answered: false,
    answer: 'Other: ',
  },
  {
    name: 'several options, in the order offered',
    question: several,
    choice: pick(several, pick(several, noChoice, 'Blue'), 'Red'),
    answered: true,
    answer: ['Red', 'Blue'],
  },
  {
    name: 'an option taken back, and own words',
    question: several,
    choice: write(several, pick(several, pick(several, noChoice, 'Red'), 'Red'), 'Green'),
    answered: true,
    answer: ['Other: Green'],
  },
  {
    name: 'own words where there are no options',
    question: open,
    choice: write(open, noChoice, 'More'),
    answered: true,
    answer: 'Other: More',
  },
];

test.each(cases)('$name', ({ question, choice, answered, answer }) => {
  expect(isAnswered(choice)).toBe(answered);
  expect(toAnswers([question], [choice])).toEqual({ [question.question]: answer });
});

test('each question has its own answer', () => {
  const choices = [pick(one, noChoice, 'Red'), pick(several, noChoice, 'Blue')];
  expect(toAnswers([one, several], choices)).toEqual({ 'Which?': 'Red', 'Which ones?': ['Blue'] });
});
