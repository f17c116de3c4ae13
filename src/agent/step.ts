import { z } from 'zod';
import { AssistantBlock, ToolResultBlock, Usage } from '#protocol/message.ts';

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
});
export type AssistantStep = z.infer<typeof AssistantStep>;

/** Results of calls of the message before, in the order of the calls; those of one message may come in several steps. */
export const ToolResultsStep = z.object({
  kind: z.literal('tool_results'),
  results: z.array(ToolResultBlock),
});

export const Step = z.discriminatedUnion('kind', [AssistantStep, ToolResultsStep]);
export type Step = z.infer<typeof Step>;

/** Several text blocks of one message read as paragraphs. */
export const textOf = (content: readonly AssistantBlock[]): string =>
  content
    .flatMap((block) => (block.type === 'text' && block.text.trim() !== '' ? [block.text] : []))
    .join('\n\n');
