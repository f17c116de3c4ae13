import type { WaitingCall } from '#cli/chat/waiting-call.ts';
import type { Answers } from '#cli/chat/conversation.ts';
import type { LineReader } from '#cli/chat/line-reader.ts';
import { printable, type Style } from '#cli/style.ts';

type Question = WaitingCall['questions'][number];

export const skipped = 'Skipped';

export interface AskDeps {
  readonly reader: LineReader;
  readonly say: (line: string) => void;
  readonly style: Style;
}

/**
 * Puts an agent's questions, one after the other. The answers are keyed by the question's text; a free answer
 * begins with `Other: `. `undefined` when the questions were settled meanwhile, by another client or by time.
 */
export async function askQuestions(
  { reader, say, style }: AskDeps,
  { questions, followUps }: Pick<WaitingCall, 'questions' | 'followUps'>,
): Promise<Answers | undefined> {
  const answers: Record<string, string | readonly string[]> = {};
  const toAsk = [...questions];
  for (let question = toAsk.shift(); question !== undefined; question = toAsk.shift()) {
    say(style.bold(`? ${printable(question.question)}`));
    const answer = question.options.length === 0 ? await askFreely(question, []) : await choose(question);
    if (answer === undefined) return undefined;
    answers[question.question] = answer;
    const next = typeof answer === 'string' ? followUps.get(answer) : undefined;
    if (next !== undefined) toAsk.unshift(next);
  }
  return answers;

  async function choose(question: Question): Promise<string | readonly string[] | undefined> {
    for (const [index, { label, description }] of question.options.entries()) {
      const more = description === '' ? '' : style.dim(` – ${printable(description)}`);
      say(`  ${index + 1}. ${printable(label)}${more}`);
    }
    say(`  ${question.options.length + 1}. Other`);
    const prompt = question.multiSelect ? 'Your choices, e.g. 1,3: ' : 'Your choice: ';
    for (;;) {
      const read = await reader.next(prompt);
      if (read.kind === 'released') return undefined;
      if (read.kind !== 'line') return skipped;
      const choice = readChoice(question, read.text);
      if (choice.kind === 'chosen') return choice.value;
      if (choice.kind === 'other') return askFreely(question, choice.also);
      say(style.dim(`Type a number from 1 to ${question.options.length + 1}, or an answer of your own.`));
    }
  }

  async function askFreely({ multiSelect }: Question, also: readonly string[]) {
    const free = await reader.next('Your answer: ');
    if (free.kind === 'released') return undefined;
    if (free.kind !== 'line' || free.text.trim() === '') return skipped;
    const other = `Other: ${free.text.trim()}`;
    return multiSelect ? [...also, other] : other;
  }
}

type Choice =
  | { readonly kind: 'chosen'; readonly value: string | readonly string[] }
  | { readonly kind: 'other'; readonly also: readonly string[] }
  | { readonly kind: 'unclear' };

/** A number, a label, or words of one's own; several, with commas between, where several may be chosen. */
function readChoice({ options, multiSelect }: Question, typed: string): Choice {
  const text = typed.trim();
  if (text === '') return { kind: 'unclear' };
  const parts = multiSelect ? text.split(',').map((part) => part.trim()) : [text];
  const labels: string[] = [];
  let wantsOther = false;
  for (const part of parts) {
    const byLabel = options.find(({ label }) => label.toLowerCase() === part.toLowerCase());
    const number = /^\d+$/.test(part) ? Number(part) : undefined;
    const label = byLabel?.label ?? (number === undefined ? undefined : options[number - 1]?.label);
    if (label !== undefined) labels.push(label);
    else if (number === options.length + 1) wantsOther = true;
    else if (number !== undefined) return { kind: 'unclear' };
    else if (part !== '') return { kind: 'chosen', value: ownWords(text, multiSelect) };
  }
  if (wantsOther) return { kind: 'other', also: labels };
  if (multiSelect) return labels.length === 0 ? { kind: 'unclear' } : { kind: 'chosen', value: labels };
  const [label] = labels;
  return label === undefined ? { kind: 'unclear' } : { kind: 'chosen', value: label };
}

const ownWords = (text: string, multiSelect: boolean) =>
  multiSelect ? [`Other: ${text}`] : `Other: ${text}`;
