import { z } from 'zod';
import { AssistantStep, ToolResultsStep } from '#agent/step.ts';
import { Prompt } from '#protocol/prompt.ts';
import { Done } from '#protocol/server-event.ts';

export const PromptEntry = z.object({ kind: z.literal('prompt'), content: Prompt });

/** What the user was told when the model could not be reached, or stopped for a reason of its own. */
export const FailureEntry = z.object({
  kind: z.literal('failure'),
  reason: z.string(),
  /** What was shown of a message that was never finished. */
  shown: z.string(),
  text: z.string(),
});
export type FailureEntry = z.infer<typeof FailureEntry>;

/** Clients replace what a message's deltas showed by its text, so the text has to contain it. */
export const failureText = ({ shown, text }: FailureEntry): string =>
  shown === '' ? text : `${shown}\n\n${text}`;

/** The end of a turn. Its presence is what makes a turn finished. */
export const EndEntry = z.object({ kind: z.literal('end'), done: Done.omit({ event_id: true }).nullable() });

/** One stored thing of a session, in the order in which it belongs to the conversation. Never changed, never deleted. */
export const EntryBody = z.discriminatedUnion('kind', [
  PromptEntry,
  AssistantStep,
  ToolResultsStep,
  FailureEntry,
  EndEntry,
]);
export type EntryBody = z.infer<typeof EntryBody>;

export interface Entry {
  readonly seq: number;
  /** Position in the event stream after this entry's events; 0 for a prompt, whose turn has yet to begin. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly messageId: string | null;
  readonly body: EntryBody;
}

const ENTRIES_PER_TURN = 2 ** 20;

/** Turn and place within it in one number: a turn's prompt is its entry 0. */
export const seqOf = (turn: number, place: number): number => turn * ENTRIES_PER_TURN + place;
export const turnOf = (seq: number): number => Math.floor(seq / ENTRIES_PER_TURN);
