import { z } from 'zod';
import { AssistantStep, NoteStep, Spent, ToolResultsStep } from '#agent/step.ts';
import { ThinkingBlock, Usage } from '#protocol/message.ts';
import { Prompt } from '#protocol/prompt.ts';
import { Reply } from '#protocol/reply.ts';
import { Done } from '#protocol/server-event.ts';

export const PromptEntry = z.object({
  kind: z.literal('prompt'),
  content: Prompt,
  /** What the model gets instead of the first text, where that begins with a command. */
  expansion: z.string().optional(),
});

/** What the user was told when the model could not be reached, or stopped for a reason of its own. */
export const FailureEntry = z.object({
  kind: z.literal('failure'),
  reason: z.string(),
  /** What was thought and shown of a message that was never finished. */
  thoughts: z.array(ThinkingBlock).default([]),
  shown: z.string(),
  text: z.string(),
  /** By calls that brought no message. */
  spent: Spent.optional(),
});
export type FailureEntry = z.infer<typeof FailureEntry>;

/** The prompt was not passed on to the agent. */
export const wasBlocked = (body: EntryBody): boolean => body.kind === 'failure' && body.reason === 'blocked';

/** Clients replace what a message's deltas showed by its text, so the text has to contain it. */
export const failureText = ({ shown, text }: FailureEntry): string =>
  shown === '' ? text : `${shown}\n\n${text}`;

/** The turn was interrupted and goes on from here. Clients that have seen half a message learn that it is void. */
export const ResumedEntry = z.object({ kind: z.literal('resumed') });

/** The end of a turn. Its presence is what makes a turn finished. */
export const EndEntry = z.object({ kind: z.literal('end'), done: Done.omit({ event_id: true }).nullable() });

/** A call that must not run before a person consents. */
export const ApprovalEntry = z.object({
  kind: z.literal('approval_request'),
  tool_use_id: z.string(),
  tool: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type ApprovalEntry = z.infer<typeof ApprovalEntry>;

/** What a person gave to a call that waits. Only the first for a call counts, and only the first is stored. */
export const ReplyEntry = z.object({ kind: z.literal('reply'), tool_use_id: z.string(), reply: Reply });

/** A client asked for a summary. It waits for its turn as a prompt does, but is no part of what is said. */
export const CompactRequestEntry = z.object({
  kind: z.literal('compact_request'),
  /** What the summary is to keep in mind; may be empty. */
  instructions: z.string(),
});

/** What stands in the model's view for all before `from`, which stays in the transcript. */
export const SummaryEntry = z.object({
  kind: z.literal('summary'),
  text: z.string(),
  /** The first entry (`seq`) that the model goes on seeing as it is. */
  from: z.number(),
  model: z.string(),
  usage: Usage,
  /** US dollars. */
  cost: z.number(),
});
export type SummaryEntry = z.infer<typeof SummaryEntry>;

/** What a subagent has before it in place of the first `covers` of its steps. Nobody else sees it. */
export const SubagentSummaryEntry = SummaryEntry.omit({ from: true }).extend({
  kind: z.literal('subagent_summary'),
  /** The call that began the subagent. */
  parent: z.string(),
  covers: z.number(),
});

/** What became of a `compact_request` that failed. */
export const CompactFailureEntry = z.object({ kind: z.literal('compact_failure'), text: z.string() });

/** One stored thing of a session, in the order in which it belongs to the conversation. Never changed, never deleted. */
export const EntryBody = z.discriminatedUnion('kind', [
  PromptEntry,
  AssistantStep,
  ToolResultsStep,
  NoteStep,
  FailureEntry,
  ApprovalEntry,
  ReplyEntry,
  CompactRequestEntry,
  SummaryEntry,
  SubagentSummaryEntry,
  CompactFailureEntry,
  ResumedEntry,
  EndEntry,
]);
export type EntryBody = z.infer<typeof EntryBody>;

export interface Entry {
  readonly seq: number;
  /** Position in the event stream after this entry's events; 0 for a prompt or request, whose turn has yet to begin, and for a reply. */
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
