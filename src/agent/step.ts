import { z } from 'zod';
import { addUsage, AssistantBlock, noUsage, ToolResultBlock, Usage } from '#protocol/message.ts';

/** The `Task` call whose subagent made the step; absent for the agent itself. */
const parented = { parent: z.string().optional() };

/** What was bought beside the finished messages: by a tool, or by a call that brought no message. */
export const Spent = z.object({
  usage: Usage,
  /** US dollars. */
  cost: z.number(),
});
export type Spent = z.infer<typeof Spent>;

/** A model's finished message. It is stored before anything else happens. */
export const AssistantStep = z.object({
  kind: z.literal('assistant'),
  content: z.array(AssistantBlock),
  model: z.string(),
  usage: Usage,
  /** US dollars. */
  cost: z.number(),
  /** What the deltas showed, where that is not the text of `content`. */
  shown: z.string().optional(),
  /** The user stopped it: only a part of what it would have been. */
  cancelled: z.literal(true).optional(),
  /** By a call before it that brought nothing. */
  spent: Spent.optional(),
  ...parented,
});
export type AssistantStep = z.infer<typeof AssistantStep>;

export const addSpent = (before: Spent | undefined, more: Spent): Spent => ({
  usage: addUsage(before?.usage ?? noUsage, more.usage),
  cost: (before?.cost ?? 0) + more.cost,
});

/** Results of calls of the message before, in the order of the calls; those of one message may come in several steps. */
export const ToolResultsStep = z.object({
  kind: z.literal('tool_results'),
  results: z.array(ToolResultBlock),
  spent: Spent.optional(),
  ...parented,
});

export type ToolResultsStep = z.infer<typeof ToolResultsStep>;

/**
 * Told to the model between two of its messages, as if by the user, and shown to nobody. Without text it only says
 * that the model knows already what it is about.
 */
export const NoteStep = z.object({
  kind: z.literal('note'),
  text: z.string(),
  /** The call that it is about. */
  about: z.string().optional(),
});
export type NoteStep = z.infer<typeof NoteStep>;

export const Step = z.discriminatedUnion('kind', [AssistantStep, ToolResultsStep, NoteStep]);
export type Step = z.infer<typeof Step>;

/** Several text blocks of one message read as paragraphs. */
export const textOf = (content: readonly AssistantBlock[]): string =>
  content
    .flatMap((block) => (block.type === 'text' && block.text.trim() !== '' ? [block.text] : []))
    .join('\n\n');
