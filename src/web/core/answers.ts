import type { Answers, Question } from '#web/core/waiting.ts';

/** What is picked and written in the field of one question. */
export interface Choice {
  readonly labels: readonly string[];
  readonly other: boolean;
  readonly text: string;
}

export const noChoice: Choice = { labels: [], other: false, text: '' };

export const pick = (question: Question, choice: Choice, label: string): Choice => {
  if (!question.multiSelect) return { ...choice, labels: [label], other: false };
  const isPicked = choice.labels.includes(label);
  const labels = isPicked ? choice.labels.filter((one) => one !== label) : [...choice.labels, label];
  return { ...choice, labels };
};

export const pickOther = (question: Question, choice: Choice, other: boolean): Choice => ({
  ...choice,
  other,
  labels: question.multiSelect ? choice.labels : [],
});

/** Writing in the field of one's own answer picks it. */
export const write = (question: Question, choice: Choice, text: string): Choice =>
  text.trim() === '' ? { ...choice, text } : { ...pickOther(question, choice, true), text };

export const isAnswered = ({ labels, other, text }: Choice): boolean =>
  other ? text.trim() !== '' : labels.length > 0;

/** As the server reads them: a list where several may be picked, own words after `Other: `. */
export const toAnswers = (questions: readonly Question[], choices: readonly Choice[]): Answers =>
  Object.fromEntries(
    questions.map((question, index) => {
      const { labels, other, text } = choices[index] ?? noChoice;
      // In the order in which they are offered, not picked
      const picked = question.options.map(({ label }) => label).filter((label) => labels.includes(label));
      const all = other ? [...picked, `Other: ${text.trim()}`] : picked;
      return [question.question, question.multiSelect ? all : (all[0] ?? '')];
    }),
  );
