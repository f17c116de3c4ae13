import { z } from 'zod';
import { describeCall, summariseResult } from '#cli/chat/tool-lines.ts';
import { renderMarkdown } from '#cli/chat/render-markdown.ts';
import { printLine, type Host } from '#cli/host.ts';
import { printable, styleFor } from '#cli/style.ts';
import type { HistoryRecord } from '#protocol/session.ts';

const Block = z.looseObject({ type: z.string(), text: z.string().optional() });
const Input = z.record(z.string(), z.unknown());

/** What can be read of a record's content: its texts, and a mark for each picture. */
export function textOf(content: HistoryRecord['content']): string {
  if (typeof content === 'string') return content;
  const parts = content.map((item) => {
    const block = Block.safeParse(item).data;
    return block?.text ?? (block?.type === 'image' ? '[image]' : '');
  });
  return parts.filter((part) => part !== '').join('\n');
}

/** A conversation as the chat showed it. */
export function printHistory(host: Host, records: readonly HistoryRecord[]): void {
  const style = styleFor(host);
  const width = host.output.columns || 80;
  for (const record of records) {
    const text = textOf(record.content);
    if (record.role === 'user') printLine(host, `\n${style.bold(style.green('You:'))} ${printable(text)}\n`);
    if (record.role === 'assistant') {
      printLine(host, style.coloured ? renderMarkdown(text) : printable(text));
    }
    if (record.role === 'tool_use') {
      const input = Input.safeParse(record.metadata['input']).data ?? {};
      printLine(host, `${style.cyan('●')} ${describeCall(record.tool_name ?? 'Tool', input, width)}`);
    }
    if (record.role === 'tool_result') {
      for (const line of summariseResult(text, width)) {
        printLine(host, record.is_error ? style.red(line) : style.dim(line));
      }
    }
  }
}
