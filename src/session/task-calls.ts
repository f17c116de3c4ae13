import type { ToolUseBlock } from '#protocol/message.ts';
import type { Entry } from '#session/entry.ts';

/** The tasks that the agent of a turn has handed to subagents. */
export const taskCalls = (entries: readonly Entry[]): ToolUseBlock[] =>
  entries.flatMap(({ body }) =>
    body.kind === 'assistant' && body.parent === undefined
      ? body.content.flatMap((block) => (block.type === 'tool_use' && block.name === 'Task' ? [block] : []))
      : [],
  );
