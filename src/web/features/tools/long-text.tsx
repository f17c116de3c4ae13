import { useState } from 'react';
import { linkParts } from '#web/core/link-parts.ts';
import { cutLines } from '#web/core/tool-output.ts';
import { words } from '#web/core/words.ts';

const LINES = 10;
const TONES = {
  plain: 'bg-sunken text-ink',
  bad: 'bg-bad-wash text-bad',
  removed: 'bg-bad-wash text-bad',
  added: 'bg-good-wash text-good',
} as const;
const MARKS: Readonly<Record<string, string>> = { removed: '− ', added: '+ ' };

/** Text in lines, cut after the first ten until asked for all of it. */
export function LongText({
  text,
  label,
  tone = 'plain',
  open = false,
  links = false,
}: {
  text: string;
  label: string;
  tone?: keyof typeof TONES;
  /** All of it from the beginning. */
  open?: boolean;
  /** Web addresses in it can be followed. */
  links?: boolean;
}) {
  const [whole, setWhole] = useState(open);
  const cut = cutLines(text, LINES);
  const shown = whole || cut === null ? text : cut;
  const mark = MARKS[tone];
  const marked = mark === undefined ? shown : shown.replace(/^/gm, mark);
  return (
    <div className={`overflow-hidden rounded-lg ${TONES[tone]}`}>
      <pre
        tabIndex={0}
        role="group"
        aria-label={label}
        className="max-h-120 overflow-auto px-3 py-2 font-mono text-[0.8125rem] leading-relaxed wrap-anywhere whitespace-pre-wrap focus-visible:-outline-offset-2"
      >
        {links ? <WithLinks text={shown} /> : marked}
      </pre>
      {cut !== null && (
        <button
          type="button"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
          className="w-full border-t border-line py-1.5 text-xs font-medium hover:underline focus-visible:-outline-offset-2"
        >
          {whole ? words.tools.showLess : words.tools.showAll(text.split('\n').length)}
        </button>
      )}
    </div>
  );
}

const WithLinks = ({ text }: { text: string }) =>
  linkParts(text).map((part, index) =>
    part.href === null ? (
      part.text
    ) : (
      <a
        key={index}
        href={part.href}
        target="_blank"
        rel="noopener noreferrer"
        className="underline underline-offset-2"
      >
        {part.text}
      </a>
    ),
  );
