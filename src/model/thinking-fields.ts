import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Effort, ModelRequest } from '#agent/model.ts';
import type { ModelFacts } from '#model/prices.ts';

type ThinkingFields = Pick<MessageCreateParams, 'thinking' | 'output_config'>;

type Wanted = Pick<ModelRequest, 'thinking' | 'effort'>;

/**
 * What an agent wants of thinking and effort, in the words of this model. Contract: the API refuses none of it. What a
 * model cannot do becomes the nearest that it can; a model that we do not know is sent what was set, and nothing else.
 */
export function thinkingFields(
  wanted: Wanted,
  facts: ModelFacts | undefined,
  maxTokens: number,
): ThinkingFields {
  if (facts === undefined) {
    return {
      ...(wanted.thinking === 'off' && { thinking: { type: 'disabled' } }),
      ...(wanted.thinking === 'adaptive' && { thinking: { type: 'adaptive' } }),
      ...(typeof wanted.thinking === 'number' && budget(wanted.thinking, maxTokens)),
      ...effortField(wanted.effort),
    };
  }
  if (!facts.adaptiveThinking) {
    return typeof wanted.thinking === 'number' ? budget(wanted.thinking, maxTokens) : {};
  }
  if (wanted.thinking !== 'off') {
    // Without `display`, what the model says between tool calls arrives as thinking blocks with no text in them
    return { thinking: { type: 'adaptive', display: 'summarized' }, ...effortField(wanted.effort) };
  }
  if (facts.thinkingOff === undefined) {
    return {
      thinking: { type: 'adaptive', display: 'summarized' },
      ...effortField(wanted.effort ?? 'low'),
    };
  }
  return { thinking: { type: facts.thinkingOff }, ...effortField(withoutThinking(wanted.effort)) };
}

/** The two highest efforts are for thinking, and refused without it. */
const withoutThinking = (effort: Effort | undefined): Effort | undefined =>
  effort === 'xhigh' || effort === 'max' ? 'high' : effort;

const effortField = (effort: Effort | undefined): ThinkingFields =>
  effort === undefined ? {} : { output_config: { effort } };

/** Thoughts count as part of the answer, which has to have room for itself. */
const ROOM_FOR_ANSWER = 1_024;

const budget = (tokens: number, maxTokens: number): ThinkingFields => ({
  thinking: { type: 'enabled', budget_tokens: Math.min(tokens, maxTokens - ROOM_FOR_ANSWER) },
});
