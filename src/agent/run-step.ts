import type { AgentEvent, Emit } from '#agent/event.ts';
import type { Model, ModelFailureKind, ModelRequest, StopReason } from '#agent/model.ts';
import { textOf, type AssistantStep, type Spent } from '#agent/step.ts';
import { waitingEvent } from '#agent/waiting-event.ts';
import { noUsage, type AssistantBlock, type ThinkingBlock } from '#protocol/message.ts';

export type StepOutcome =
  | {
      readonly kind: 'message';
      readonly step: AssistantStep;
      readonly stop: StopReason;
      readonly contextWindow: number | undefined;
      /** Calls whose input broke off: they must not run. */
      readonly incompleteCalls: readonly string[];
    }
  | { readonly kind: 'cancelled'; readonly step: AssistantStep | undefined }
  | {
      readonly kind: 'failed';
      /** What was thought and shown before the connection was given up. */
      readonly thoughts: readonly ThinkingBlock[];
      readonly shown: string;
      readonly reason: ModelFailureKind;
      readonly text: string;
      /** Where the model answered, but with nothing. */
      readonly spent?: Spent;
    };

export interface StepDeps {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /**
   * Some providers count the ids of calls from 0 in every answer, and what is said of one call would hold for another.
   * Contract: gives no id twice; one that is new stays as it is.
   */
  readonly uniqueCallId: (id: string) => string;
}

/**
 * One model call. What happens is emitted, what was said is returned. Contract: never throws for what a model or a
 * user may do; a cancelled or failed call returns the text that was shown until then.
 */
export async function runStep(
  model: Model,
  request: ModelRequest,
  { emit, signal, uniqueCallId }: StepDeps,
): Promise<StepOutcome> {
  let shown = '';
  const thoughts: ThinkingBlock[] = [];
  try {
    for await (const part of model.stream(request, signal)) {
      if (signal.aborted) break;
      switch (part.type) {
        case 'text_delta':
          shown += part.text;
          emit({ type: 'text_delta', text: part.text });
          break;
        case 'thinking':
          thoughts.push(part);
          emit(thinkingEvent(part));
          break;
        case 'failure':
          return { kind: 'failed', thoughts, shown, reason: part.kind, text: part.text };
        case 'message': {
          const content = part.content.map((block) =>
            block.type === 'tool_use' ? { ...block, id: uniqueCallId(block.id) } : block,
          );
          // There was no room for one word: as if it had been refused
          if (part.stop === 'context_full' && textOf(content) === '' && shown === '' && !hasCalls(content))
            return {
              kind: 'failed',
              thoughts,
              shown,
              reason: 'context_full',
              text: TOO_LONG,
              spent: { usage: part.usage, cost: part.cost },
            };
          const notice = hasCalls(content) ? undefined : stopNotice(part.stop);
          if (notice !== undefined) {
            const delta = shown === '' ? notice : `\n\n${notice}`;
            shown += delta;
            emit({ type: 'text_delta', text: delta });
            content.push({ type: 'text', text: notice });
          }
          const step: AssistantStep = {
            kind: 'assistant',
            content,
            model: part.model,
            usage: part.usage,
            cost: part.cost,
            ...(shown === textOf(content) ? {} : { shown }),
          };
          const { stop, contextWindow } = part;
          const incompleteCalls = content.flatMap((block, index) => {
            const was = part.content[index];
            return block.type === 'tool_use' &&
              was?.type === 'tool_use' &&
              part.incompleteCalls?.includes(was.id)
              ? [block.id]
              : [];
          });
          return { kind: 'message', step, stop, contextWindow, incompleteCalls };
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error('the model ended without a message');
  return {
    kind: 'cancelled',
    step: shown === '' && thoughts.length === 0 ? undefined : cancelledStep(request.model, thoughts, shown),
  };
}

const TOO_LONG =
  'The conversation is longer than the model can hold. Send /compact, or start a new conversation.';

const hasCalls = (content: readonly AssistantBlock[]): boolean =>
  content.some(({ type }) => type === 'tool_use');

const cancelledStep = (model: string, thoughts: readonly ThinkingBlock[], shown: string): AssistantStep => ({
  kind: 'assistant',
  content: [...thoughts, ...(shown === '' ? [] : [{ type: 'text', text: shown } as const])],
  model,
  usage: noUsage,
  cost: 0,
  cancelled: true,
});

/** Told as part of the answer, so that the user and, on the next turn, the model know why it ends there. */
function stopNotice(stop: StopReason): string | undefined {
  switch (stop) {
    case 'refusal':
      return 'The model declined to go on with this. Rephrase the request, or start a new conversation.';
    case 'context_full':
      return 'The answer reached the end of what the model can hold. Send "continue" for the rest: the older part of the conversation is summarised first.';
    case 'max_tokens':
      return 'The answer reached the longest length the model may write. Send "continue" for the rest.';
    default:
      return undefined;
  }
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
  const calls = step.content.flatMap((block): AgentEvent[] => {
    if (block.type !== 'tool_use') return [];
    const asked = waitingEvent(block);
    const call = { type: 'tool_use', id: block.id, name: block.name, input: block.input } as const;
    return asked === undefined ? [call] : [asked, call];
  });
  return text === '' ? calls : [{ type: 'assistant_text', text }, ...calls];
}
