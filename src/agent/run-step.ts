import type { AgentEvent, Emit } from '#agent/event.ts';
import type { Model, ModelFailureKind, ModelRequest } from '#agent/model.ts';
import { textOf, type AssistantStep } from '#agent/step.ts';
import { noUsage } from '#protocol/message.ts';

export type StepOutcome =
  | {
      readonly kind: 'message';
      readonly step: AssistantStep;
      readonly stop: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'context_full' | 'other';
      readonly contextWindow: number | undefined;
    }
  | { readonly kind: 'cancelled'; readonly step: AssistantStep | undefined }
  | {
      readonly kind: 'failed';
      readonly step: AssistantStep | undefined;
      readonly failure: { readonly kind: ModelFailureKind; readonly text: string };
    };

/**
 * One model call. What happens is emitted, what was said is returned. Contract: never throws for what a model or a
 * user may do; a cancelled or failed call returns the text that was shown until then.
 */
export async function runStep(
  model: Model,
  request: ModelRequest,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<StepOutcome> {
  let shown = '';
  const partial = (cut: 'cancelled' | 'failed'): AssistantStep | undefined =>
    shown === ''
      ? undefined
      : {
          kind: 'assistant',
          content: [{ type: 'text', text: shown }],
          model: request.model,
          usage: noUsage,
          cost: 0,
          cut,
        };

  try {
    for await (const part of model.stream(request, signal)) {
      if (signal.aborted) break;
      switch (part.type) {
        case 'text_delta':
          shown += part.text;
          emit({ type: 'text_delta', text: part.text });
          break;
        case 'thinking':
          emit(thinkingEvent(part));
          break;
        case 'failure':
          return { kind: 'failed', step: partial('failed'), failure: { kind: part.kind, text: part.text } };
        case 'message': {
          const step: AssistantStep = {
            kind: 'assistant',
            content: [...part.content],
            model: part.model,
            usage: part.usage,
            cost: part.cost,
            ...(part.yielded === undefined ? {} : { shown: part.yielded }),
          };
          return { kind: 'message', step, stop: part.stop, contextWindow: part.contextWindow };
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) return { kind: 'cancelled', step: partial('cancelled') };
  throw new Error('the model ended without a message');
}

/** Thinking is shown in the form that clients know from the agent SDK. */
export const thinkingEvent = (block: {
  readonly thinking: string;
  readonly signature: string;
}): AgentEvent => ({
  type: 'content_block',
  block: { type: 'ThinkingBlock', thinking: block.thinking, signature: block.signature },
});

/** What a finished message adds to what its deltas and thinking blocks have shown already. */
export function closingEvents(step: AssistantStep): AgentEvent[] {
  const text = textOf(step.content);
  const calls = step.content.flatMap((block): AgentEvent[] =>
    block.type === 'tool_use'
      ? [{ type: 'tool_use', id: block.id, name: block.name, input: block.input }]
      : [],
  );
  return text === '' ? calls : [{ type: 'assistant_text', text }, ...calls];
}
