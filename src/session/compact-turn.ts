import type { TurnEnd } from '#agent/run-turn.ts';
import { noUsage } from '#protocol/message.ts';
import type { Prompt } from '#protocol/prompt.ts';
import { compact, type CompactionTurn } from '#session/compact.ts';
import { seqOf, type Entry } from '#session/entry.ts';
import { readView } from '#session/model-messages.ts';
import type { Session, SessionRow } from '#session/session.ts';

/** What a turn's first entry asks the summary to keep in mind, if it asks for a summary: as a request or typed. */
export function compactInstructions([first]: readonly Entry[]): string | undefined {
  if (first === undefined) return undefined;
  const { body } = first;
  if (body.kind === 'compact_request') return body.instructions;
  return body.kind === 'prompt' ? typedInstructions(body.content) : undefined;
}

/** `/compact`, or `/compact keep the numbers`. */
function typedInstructions(content: Prompt): string | undefined {
  const [first, ...rest] = typeof content === 'string' ? [content] : content;
  const text = typeof first === 'object' ? (first.type === 'text' ? first.text : undefined) : first;
  if (text === undefined || rest.length > 0) return undefined;
  const command = /^\s*\/compact(?:\s+([\s\S]*))?$/.exec(text);
  return command === null ? undefined : (command[1] ?? '').trim();
}

/** A turn that makes a summary of all before it. What a crash left undone is done again; what is stored is done. */
export async function compactTurn(
  session: Session,
  row: SessionRow,
  { instructions, ...where }: CompactionTurn & { readonly instructions: string },
): Promise<TurnEnd> {
  const { entries } = session;
  const { turn, signal } = where;
  if (entries.turn(turn).some(({ body }) => body.kind === 'summary')) return finished;
  const view = readView(entries, row, seqOf(turn, 0));
  if (view.entries.length === 0 && view.summary === undefined)
    return failed('There is nothing to summarise yet.');
  const cut = view.entries.length;
  const made = await compact(session, where, { view, cut, instructions, refused: false });
  if (signal.aborted && !made.ok) return { kind: 'cancelled', totals };
  return made.ok ? finished : failed(made.problem);
}

const totals = { steps: 0, usage: noUsage, cost: 0, apiMs: 0, contextWindow: undefined };

const finished: TurnEnd = { kind: 'finished', totals, incomplete: false };

const failed = (text: string): TurnEnd => ({
  kind: 'failed',
  totals,
  reason: 'unknown',
  thoughts: [],
  shown: '',
  text,
});
