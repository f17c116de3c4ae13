import type { AssistantBlock, Message } from '#protocol/message.ts';
import { markOfData, type RefusedBlocks } from '#model/refused-blocks.ts';

/**
 * The thinking blocks that the provider refused. A thought is bound to the model, the account and every byte before
 * it: after a change of provider, or of what stands before it, a conversation would be lost. It goes on without the
 * thoughts it had until then; those that come later were thought without them, and are sent.
 */
export interface RefusedThinking {
  /** Refuses all that these messages hold. */
  refuse(messages: readonly Message[]): void;
  without(messages: readonly Message[]): readonly Message[];
}

export function refusedThinking(refused: RefusedBlocks): RefusedThinking {
  const isRefused = (block: AssistantBlock) => {
    const mark = markOf(block);
    return mark !== undefined && refused.has(mark);
  };
  return {
    refuse(messages) {
      for (const message of messages) {
        if (message.role !== 'assistant') continue;
        for (const mark of message.content.map(markOf)) if (mark !== undefined) refused.add(mark);
      }
    },
    without(messages) {
      if (refused.size === 0) return messages;
      return messages.map((message) =>
        message.role === 'assistant'
          ? { role: 'assistant', content: message.content.filter((block) => !isRefused(block)) }
          : message,
      );
    },
  };
}

/** What tells one from all others. */
function markOf(block: AssistantBlock): string | undefined {
  if (block.type === 'thinking') return block.signature === '' ? undefined : markOfData(block.signature);
  return block.type === 'redacted_thinking' ? markOfData(block.data) : undefined;
}
