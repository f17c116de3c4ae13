import { useState } from 'react';
import { isAnswered, noChoice, toAnswers } from '#web/core/answers.ts';
import type { Answers, Waiting } from '#web/core/waiting.ts';
import { words } from '#web/core/words.ts';
import { QuestionField } from '#web/features/waiting/question-field.tsx';
import { Button } from '#web/ui/button.tsx';

/** Skipping is an answer, too: none to any question. */
export function QuestionForm({
  waiting,
  onReply,
}: {
  waiting: Extract<Waiting, { kind: 'question' }>;
  onReply: (answers: Answers) => void;
}) {
  const { questions } = waiting;
  const [choices, setChoices] = useState(() => questions.map(() => noChoice));
  const sent = waiting.reply !== null;
  const complete = choices.every(isAnswered);
  return (
    <form
      className="grid grid-cols-1 gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !sent) onReply(toAnswers(questions, choices));
      }}
    >
      {questions.map((question, index) => (
        <QuestionField
          key={index}
          question={question}
          choice={choices[index] ?? noChoice}
          disabled={sent}
          onChange={(choice) => setChoices((all) => all.with(index, choice))}
        />
      ))}
      {!sent && (
        <div className="flex flex-wrap gap-2">
          <Button look="fill" submit disabled={!complete}>
            {words.waiting.submit}
          </Button>
          <Button look="quiet" onClick={() => onReply({})}>
            {words.waiting.skip}
          </Button>
        </div>
      )}
    </form>
  );
}
