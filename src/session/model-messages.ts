import { addToUser } from '#agent/add-to-user.ts';
import type { Message, UserBlock } from '#protocol/message.ts';
import { compactInstructions } from '#session/compact-command.ts';
import { seqOf, turnOf, wasBlocked, type Entry, type EntryBody, type SummaryEntry } from '#session/entry.ts';
import type { EntryStore } from '#session/entry-store.ts';
import { promptForModel } from '#session/expand-command.ts';
import type { Session, SessionRow } from '#session/session.ts';
import { shownMedia } from '#session/shown-media.ts';

/** What the model sees of a transcript. */
export interface View {
  /** What stands for all before; it is stored itself as the entry `seq`. */
  readonly summary: (SummaryEntry & { readonly seq: number }) | undefined;
  readonly entries: readonly Entry[];
}

/**
 * Everything from the window's start on. Where the window begins within a turn, that turn's prompt comes first: it is
 * what all that follows is about. Contract: reads what it returns, and nothing of what is before; what it leaves out of
 * it for its size is left out of every later view, too.
 */
export function readView(
  { entries, sql }: Pick<Session, 'entries' | 'sql'>,
  { window_start: start, summary_seq, media_start }: SessionRow,
  upTo: number,
): View {
  const newestFirst: Entry[] = [];
  const media = shownMedia(media_start);
  let blockedTurn: number | undefined;
  const add = (entry: Entry) => {
    // A prompt that was not passed on never will be
    if (wasBlocked(entry.body)) blockedTurn = turnOf(entry.seq);
    if (!isSaid(entry.body) || turnOf(entry.seq) === blockedTurn) return;
    media.take(entry, newestFirst);
  };
  for (const entry of entries.backwards(upTo, start)) add(entry);
  const prompt = seqOf(turnOf(start), 0);
  if (start > prompt) for (const entry of entries.range(prompt, prompt + 1)) add(entry);
  if (media.start > media_start) sql.exec('UPDATE session SET media_start = ?', media.start);
  return { summary: readSummary(entries, summary_seq), entries: newestFirst.reverse() };
}

function readSummary(entries: EntryStore, seq: number): View['summary'] {
  if (seq === 0) return undefined;
  const [entry] = entries.range(seq, seq + 1);
  return entry?.body.kind === 'summary' ? { ...entry.body, seq } : undefined;
}

/** Subagents have conversations of their own, of which the agent sees the result. */
const isSaid = (body: EntryBody): boolean =>
  // What asked for a summary, with one or without, is nothing to answer
  (body.kind === 'prompt' && compactInstructions(body) === undefined) ||
  body.kind === 'note' ||
  ((body.kind === 'assistant' || body.kind === 'tool_results') && body.parent === undefined);

/**
 * Contract: from step to step and from turn to turn the messages only grow at the end, byte for byte, as long as the
 * view begins in the same place.
 */
export function toMessages({ summary, entries }: View): Message[] {
  const messages: Message[] = [];
  // A day without a name differs from each: a summary tells no date, so the first prompt after it does
  let day = summary === undefined ? undefined : '';
  if (summary !== undefined) addToUser(messages, [{ type: 'text', text: summaryMessage(summary.text) }]);
  for (const { body, at } of entries) {
    if (body.kind === 'assistant') {
      messages.push({ role: 'assistant', content: body.content });
    } else if (body.kind === 'tool_results') {
      addToUser(messages, body.results);
    } else if (body.kind === 'note' && body.text !== '') {
      addToUser(messages, [{ type: 'text', text: body.text }]);
    } else if (body.kind === 'prompt') {
      const today = new Date(at).toISOString().slice(0, 10);
      const note: UserBlock[] =
        day === undefined || day === today ? [] : [{ type: 'text', text: `[It is now ${today}.]` }];
      day = today;
      addToUser(messages, [...note, ...promptForModel(body)]);
    }
  }
  return messages;
}

export const summaryMessage = (text: string): string =>
  `[The conversation became too long to be shown whole. This is a summary of what came before:]

<summary>
${text}
</summary>

[Your instructions, your task list, what you may do, the files and whatever runs in the background are as they were. What follows is the conversation itself: go on with it, and do not mention the summary.]`;
