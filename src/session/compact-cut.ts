import { seqOf, turnOf, type Entry } from '#session/entry.ts';
import { weight } from '#session/weight.ts';

/**
 * Where a view is cut in two: the index of the first entry that stays as it is. Contract: after the cut follows a
 * prompt or a message of the model, so that no call is parted from its results; of the places that leave no more than
 * `keep` characters it is the first, and where none does, the last; undefined where there is no place after the entry
 * `after` (`seq`).
 */
export function chooseCut(entries: readonly Entry[], keep: number, after = 0): number | undefined {
  const prompts = new Map(
    entries.flatMap(({ seq, body }) => (body.kind === 'prompt' ? [[seq, weight(body)] as const] : [])),
  );
  let left = keep;
  let cut: number | undefined;
  for (let index = entries.length - 1; index > 0; index--) {
    const entry = entries[index];
    if (entry === undefined || entry.seq <= after) break;
    left -= weight(entry.body);
    // Within a turn its prompt stays too
    const prompt = entry.body.kind === 'assistant' ? (prompts.get(seqOf(turnOf(entry.seq), 0)) ?? 0) : 0;
    const isPlace = entry.body.kind === 'prompt' || entry.body.kind === 'assistant';
    if (isPlace && (cut === undefined || left - prompt >= 0)) cut = index;
    if (left < 0 && cut !== undefined) break;
  }
  return cut;
}
