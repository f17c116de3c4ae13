import type { TurnEnd } from '#agent/run-turn.ts';
import { noUsage } from '#protocol/message.ts';
import { CompactInstructions } from '#protocol/client-message.ts';
import { compact, type CompactionTurn } from '#session/compact.ts';
import { seqOf } from '#session/entry.ts';
import { readView } from '#session/model-messages.ts';
import type { Session, SessionRow } from '#session/session.ts';

/** A turn that makes a summary of all before it. What a crash left undone is done again; what is stored is done. */
export async function compactTurn(
  session: Session,
  row: SessionRow,
  { instructions, ...where }: CompactionTurn & { readonly instructions: string },
): Promise<TurnEnd> {
  const { turn, signal } = where;
  if (session.entries.turn(turn).some(({ body }) => body.kind === 'summary')) return finished;
  // A request was judged at the door, what is typed comes as any prompt
  if (!CompactInstructions.safeParse(instructions).success)
    return failed('What it is to keep in mind may have 4,000 characters.');
  const view = readView(session, row, seqOf(turn, 0));
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
