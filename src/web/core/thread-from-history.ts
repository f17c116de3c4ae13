import type { History, HistoryRecord } from '#protocol/session.ts';
import { readContent } from '#web/core/message-content.ts';
import { isRecord } from '#web/core/shape.ts';
import { resultState } from '#web/core/thread-items.ts';
import { emptyThread, type Item, type Thread } from '#web/core/thread.ts';

/** A stored conversation as a thread that goes on with the events after `last_event`. */
export function threadFromHistory(history: History): Thread {
  const items: Item[] = [];
  const calls = new Map<string, number>();
  for (const [index, record] of history.messages.entries()) {
    if (record.role === 'tool_result') {
      const at = calls.get(record.tool_use_id ?? '');
      const call = at === undefined ? undefined : items[at];
      if (at === undefined || call?.kind !== 'tool') continue;
      const output = contentText(record);
      items[at] = { ...call, state: resultState(output, record.is_error), output };
      continue;
    }
    const item = toItem(record, `h${index}`);
    if (item === null) continue;
    if (item.kind === 'tool') calls.set(item.id, items.length);
    items.push(item);
  }
  return { ...emptyThread, items, lastEvent: history.last_event };
}

function toItem(record: HistoryRecord, key: string): Item | null {
  const at = Date.parse(record.timestamp);
  switch (record.role) {
    case 'user':
      return { kind: 'user', key: record.message_id ?? key, ...readContent(record.content), at };
    case 'assistant':
      if (record.metadata['block_type'] === 'thinking')
        return { kind: 'thought', key, text: contentText(record) };
      return {
        kind: 'assistant',
        key,
        text: contentText(record),
        open: false,
        ...(record.metadata['cancelled'] === true && { stopped: true }),
        at,
      };
    case 'tool_use':
      return {
        kind: 'tool',
        key,
        id: record.tool_use_id ?? key,
        name: record.tool_name ?? '',
        input: toolInput(record),
        parent: parentOf(record),
        // A call without a stored result was cut off, or is running: then its result is among the events to come.
        state: 'interrupted',
        output: '',
      };
    case 'system':
      switch (record.metadata['event_type']) {
        case 'error':
          return { kind: 'error', key, text: contentText(record) };
        case 'summary':
          return { kind: 'summary', key, text: contentText(record) };
        default:
          return null;
      }
    case 'tool_result':
    case 'event':
      return null;
  }
}

const contentText = (record: HistoryRecord): string => readContent(record.content).text;

const parentOf = (record: HistoryRecord): string | null => {
  const parent = record.metadata['parent_tool_use_id'];
  return typeof parent === 'string' ? parent : null;
};

function toolInput(record: HistoryRecord): Record<string, unknown> {
  const stored = record.metadata['input'];
  if (isRecord(stored)) return stored;
  try {
    const parsed: unknown = JSON.parse(contentText(record));
    return isRecord(parsed) ? parsed : {};
  } catch {
    return { input: contentText(record) };
  }
}
