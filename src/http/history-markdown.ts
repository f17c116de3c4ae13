import { z } from 'zod';
import type { HistoryRecord } from '#protocol/session.ts';

const ShownBlock = z.object({ type: z.string(), text: z.string().optional() });

export const markdownHeading = (name: string | null): string =>
  `# ${(name ?? 'Conversation').replace(/\s+/g, ' ')}\n`;

/** A record as a section of a Markdown file; what only programs read, such as the end of a turn, is left out. */
export function recordToMarkdown(record: HistoryRecord): string {
  const text = plainText(record.content);
  switch (record.role) {
    case 'user':
      return section('User', text);
    case 'assistant':
      return section(record.metadata['block_type'] === 'thinking' ? 'Thinking' : 'Assistant', text);
    case 'tool_use':
      return section(`Tool: ${record.tool_name ?? 'unknown'}`, fenced(text, 'json'));
    case 'tool_result':
      return section(record.is_error === true ? 'Tool error' : 'Tool result', fenced(text, ''));
    case 'system':
    case 'event':
      return '';
  }
}

const section = (title: string, body: string): string => `\n## ${title}\n\n${body}\n`;

function plainText(content: HistoryRecord['content']): string {
  if (typeof content === 'string') return content;
  return content
    .map((block) => {
      const { data } = ShownBlock.safeParse(block);
      return data?.text ?? `[${data?.type ?? 'attachment'}]`;
    })
    .join('\n\n');
}

/** With a fence longer than any in the text, which cannot end it early. */
function fenced(text: string, language: string): string {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
