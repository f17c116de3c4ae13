import { useId, useState } from 'react';
import type { Decision } from '#web/core/waiting.ts';
import { Button } from '#web/ui/button.tsx';

/** Yes or no, with a remark. No form: the Enter key in the remark must decide nothing. */
export function DecisionForm({
  yes,
  yesBut = yes,
  no,
  remark,
  sent,
  onReply,
}: {
  yes: string;
  /** With a remark. */
  yesBut?: string;
  no: string;
  remark: string;
  sent: boolean;
  onReply: (decision: Decision) => void;
}) {
  const [text, setText] = useState('');
  const id = useId();
  const decide = (approved: boolean) => onReply({ approved, feedback: text.trim() });
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="grid gap-1">
        <label htmlFor={id} className="text-sm text-soft">
          {remark}
        </label>
        <textarea
          id={id}
          rows={1}
          dir="auto"
          value={text}
          readOnly={sent}
          onInput={(event) => setText(event.currentTarget.value)}
          className="block field-sizing-content max-h-40 min-h-10 w-full resize-none rounded-lg border border-line-strong bg-transparent px-3 py-2"
        />
      </div>
      {!sent && (
        <div className="flex flex-wrap gap-2">
          <Button look="fill" onClick={() => decide(true)}>
            {text.trim() === '' ? yes : yesBut}
          </Button>
          <Button onClick={() => decide(false)}>{no}</Button>
        </div>
      )}
    </div>
  );
}
