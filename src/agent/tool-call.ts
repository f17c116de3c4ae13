import type { BegunCalls, ToolHooks } from '#agent/hooks.ts';
import type { Verdict } from '#agent/permissions.ts';
import type { Spent } from '#agent/step.ts';
import type { Tool } from '#agent/tool.ts';
import type { HookAnswer } from '#protocol/hook.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';
import type { Reply } from '#protocol/reply.ts';

export interface ToolCallDeps {
  readonly tools: readonly Tool[];
  /** Told of each result as soon as those of the calls before it are told. */
  readonly onResult: (result: ToolResultBlock) => void;
  /** Told, by the id of the call and before its result, of what a call costs. */
  readonly onSpent: (id: string, spent: Spent) => void;
  readonly signal: AbortSignal;
  /** Ids of calls whose input broke off. */
  readonly incompleteCalls: readonly string[];
  /** By the id of the call: what a person gave to it. */
  readonly replies: ReadonlyMap<string, Reply>;
  readonly judge: (call: ToolUseBlock, tool: Tool) => Verdict;
  readonly hooks: ToolHooks;
  readonly begunCalls: BegunCalls;
  readonly onToolError: (name: string, error: unknown) => void;
}

/** A call as it is to run: hooks were asked about it, and may have changed its input. */
export interface CheckedCall {
  readonly call: ToolUseBlock;
  readonly hook: HookAnswer;
}
