import { useId } from 'react';
import { pick, pickOther, write, type Choice } from '#web/core/answers.ts';
import type { Question } from '#web/core/waiting.ts';
import { words } from '#web/core/words.ts';

/** One question: its options and one's own words, or these alone where there are no options. */
export function QuestionField({
  question,
  choice,
  disabled,
  onChange,
}: {
  question: Question;
  choice: Choice;
  disabled: boolean;
  onChange: (choice: Choice) => void;
}) {
  const name = useId();
  const type = question.multiSelect ? 'checkbox' : 'radio';
  const open = question.options.length === 0;
  return (
    <fieldset disabled={disabled} className="grid min-w-0 grid-cols-1 gap-1">
      <legend className="mb-1.5 wrap-anywhere" dir="auto">
        {question.header !== '' && (
          <span className="mr-2 rounded-md bg-wash px-2 py-0.5 text-xs font-medium text-accent">
            {question.header}
          </span>
        )}
        <span className="font-medium">{question.question}</span>
        {question.multiSelect && <span className="block text-sm text-soft">{words.waiting.several}</span>}
      </legend>
      {question.options.map(({ label, description }, index) => (
        <label key={label} className="flex gap-3 rounded-lg px-2 py-1.5 hover:bg-hover">
          <input
            type={type}
            name={name}
            checked={choice.labels.includes(label)}
            aria-describedby={description === '' ? undefined : `${name}-${index}`}
            aria-label={label}
            onChange={() => onChange(pick(question, choice, label))}
            className="mt-1 size-4 shrink-0 accent-fill"
          />
          <span className="min-w-0 wrap-anywhere" dir="auto">
            {label}
            {description !== '' && (
              <span id={`${name}-${index}`} className="block text-sm text-soft">
                {description}
              </span>
            )}
          </span>
        </label>
      ))}
      <div className="flex items-center gap-3 px-2 py-1">
        {!open && (
          <label className="flex shrink-0 items-center gap-3">
            <input
              type={type}
              name={name}
              checked={choice.other}
              onChange={(event) => onChange(pickOther(question, choice, event.currentTarget.checked))}
              className="size-4 shrink-0 accent-fill"
            />
            {words.waiting.other}
          </label>
        )}
        <input
          type="text"
          dir="auto"
          value={choice.text}
          aria-label={(open ? words.waiting.ownText : words.waiting.otherText)(question.question)}
          placeholder={words.waiting.write}
          onInput={(event) => onChange(write(question, choice, event.currentTarget.value))}
          className="min-h-9 min-w-0 flex-1 rounded-lg border border-line-strong bg-transparent px-3"
        />
      </div>
    </fieldset>
  );
}
