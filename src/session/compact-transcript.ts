import type { AssistantBlock, UserBlock } from '#protocol/message.ts';
import type { Entry } from '#session/entry.ts';
import { promptForModel } from '#session/expand-command.ts';

/** What a tool was given or gave is mostly in the files, and the least of what a summary needs. */
const MAX_TOOL_CHARACTERS = 2_000;

interface Told {
  readonly summary: { readonly text: string } | undefined;
  readonly entries: readonly Pick<Entry, 'body'>[];
}

/** The view as plain text of at most `limit` characters: an earlier summary, then the newest of what follows it. */
export function transcriptOf({ summary, entries }: Told, limit: number): string {
  const earlier = summary === undefined ? '' : `Summary of what came before:\n${summary.text}`;
  const parts = earlier === '' ? [] : [clip(earlier, limit / 2)];
  let left = limit - (parts[0]?.length ?? 0);
  const newestFirst: string[] = [];
  for (const entry of entries.toReversed()) {
    const text = textOfEntry(entry);
    if (text.length > left) {
      newestFirst.push(clip(text, left));
      break;
    }
    left -= text.length;
    newestFirst.push(text);
  }
  return [...parts, ...newestFirst.reverse()].join('\n\n');
}

function textOfEntry({ body }: Pick<Entry, 'body'>): string {
  switch (body.kind) {
    case 'prompt':
      return `User: ${textOfBlocks(promptForModel(body))}`;
    case 'note':
      return `Note: ${body.text}`;
    case 'assistant':
      return `Assistant: ${textOfBlocks(body.content)}`;
    case 'tool_results':
      return textOfBlocks(body.results);
    default:
      return '';
  }
}

const textOfBlocks = (blocks: readonly (AssistantBlock | UserBlock)[]): string =>
  blocks.map(textOfBlock).join('\n');

function textOfBlock(block: AssistantBlock | UserBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'tool_use':
      return `[Call of ${block.name}: ${clip(JSON.stringify(block.input), MAX_TOOL_CHARACTERS)}]`;
    case 'tool_result': {
      const { content } = block;
      const text = typeof content === 'string' ? content : textOfBlocks(content);
      return `[Result: ${clip(text, MAX_TOOL_CHARACTERS)}]`;
    }
    case 'image':
    case 'document':
      return `[${block.type}]`;
    case 'thinking':
    case 'redacted_thinking':
      return '';
  }
}

/** The ends of a text say more of it than its middle. */
function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.max(0, Math.floor(limit / 2) - 10);
  return `${text.slice(0, half)}\n[…]\n${text.slice(text.length - half)}`;
}
