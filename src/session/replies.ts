import type { ToolUseBlock } from '#protocol/message.ts';
import type { Reply } from '#protocol/reply.ts';
import type { Entry } from '#session/entry.ts';

/** By the id of the call. */
export const repliesOf = (entries: readonly Entry[]): ReadonlyMap<string, Reply> =>
  new Map(
    entries.flatMap(({ body }) => (body.kind === 'reply' ? [[body.tool_use_id, body.reply] as const] : [])),
  );

/** The calls of a turn that have no result yet. */
export function openCalls(entries: readonly Entry[]): ToolUseBlock[] {
  const done = new Set(
    entries.flatMap(({ body }) =>
      body.kind === 'tool_results' ? body.results.map((each) => each.tool_use_id) : [],
    ),
  );
  return entries
    .flatMap(({ body }) => (body.kind === 'assistant' ? body.content : []))
    .filter((block) => block.type === 'tool_use')
    .filter(({ id }) => !done.has(id));
}
