import type { AssistantStep } from '#agent/step.ts';
import { modelFacts } from '#model/prices.ts';
import type { Message, Usage } from '#protocol/message.ts';
import { tokensOf, weight } from '#session/weight.ts';

/** The rest is for the next answer, its thinking and its results. */
const FULL = 0.8;

/** About 150,000 tokens: what is held where nobody knows how much the model holds. */
export const MAX_WEIGHT = 600_000;

/** What the model's newest answer says of how much it has read. */
export type Measured = Pick<AssistantStep, 'model' | 'usage'>;

/**
 * Whether the next call would come near the model's limit: by what its last answer counted and what came after it, or
 * by characters, where it counted nothing or its limit is unknown.
 */
export function isFull(messages: readonly Message[], last: Measured | undefined): boolean {
  const window = last === undefined ? undefined : modelFacts(last.model)?.contextWindow;
  const counted = last === undefined ? 0 : tokensIn(last.usage);
  if (window === undefined || counted === 0) return weight(messages) > MAX_WEIGHT;
  const since = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  return counted + tokensOf(weight(since)) > FULL * window;
}

const tokensIn = (usage: Usage): number =>
  usage.input_tokens +
  usage.cache_creation_input_tokens +
  usage.cache_read_input_tokens +
  usage.output_tokens;
