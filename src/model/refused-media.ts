import { mediaNote } from '#agent/repair-media.ts';
import type { Message, ToolResultContent, UserBlock } from '#protocol/message.ts';
import { markOfData, type RefusedBlocks } from '#model/refused-blocks.ts';

/**
 * The images and documents that the provider refused: broken, locked with a password, with too many pages. They stay
 * in the conversation, so without a note in their place every later call would be refused too.
 */
interface RefusedMedia {
  /**
   * Refuses what is new in these messages; where nothing is, what they hold and no answer was given to in this life of
   * the object: what was taken in a life before may be refused now. False if there is neither.
   */
  refuse(messages: readonly Message[]): boolean;
  /** These messages were answered: what they hold is not to blame for later refusals. */
  accept(messages: readonly Message[]): void;
  without(messages: readonly Message[]): readonly Message[];
}

type Media = Exclude<ToolResultContent, { type: 'text' }>;

/** `by` names the model: what one cannot be shown, another may well see. `accepted` outlives the call, `refused` the object. */
export function refusedMedia({
  by,
  refused,
  accepted,
}: {
  readonly by: string;
  readonly refused: RefusedBlocks;
  readonly accepted: Set<string>;
}): RefusedMedia {
  const markOf = ({ source }: Media): string =>
    `${by} ${source.type === 'url' ? source.url : markOfData(source.data)}`;
  const withNote = <Block extends UserBlock>(block: Block) =>
    isMedia(block) && refused.has(markOf(block)) ? mediaNote(block) : block;
  return {
    refuse(messages) {
      const open = (some: readonly Message[]) =>
        mediaOf(some)
          .map(markOf)
          .filter((mark) => !accepted.has(mark) && !refused.has(mark));
      const answered = messages.findLastIndex(({ role }) => role === 'assistant');
      const latest = open(messages.slice(answered + 1));
      const suspects = latest.length > 0 ? latest : open(messages);
      for (const mark of suspects) refused.add(mark);
      return suspects.length > 0;
    },
    accept(messages) {
      for (const block of mediaOf(messages)) accepted.add(markOf(block));
    },
    without(messages) {
      if (refused.size === 0) return messages;
      return messages.map((message) => {
        if (message.role === 'assistant') return message;
        const content = message.content.map((block) =>
          block.type === 'tool_result' && typeof block.content !== 'string'
            ? { ...block, content: block.content.map(withNote) }
            : withNote(block),
        );
        return { role: 'user', content };
      });
    },
  };
}

const mediaOf = (messages: readonly Message[]): Media[] =>
  messages.flatMap((message) =>
    message.role === 'assistant'
      ? []
      : message.content
          .flatMap((block) =>
            block.type === 'tool_result' && typeof block.content !== 'string' ? block.content : [block],
          )
          .filter(isMedia),
  );

const isMedia = (block: UserBlock): block is Media => block.type === 'image' || block.type === 'document';
