import type { Tool } from '#agent/tool.ts';
import { noObjection, type HookAnswer } from '#protocol/hook.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';

/** What an agent's configuration has to say about its calls. Contract: ends soon after the turn is cancelled, without an answer. */
export interface ToolHooks {
  /** Contract: the same call gets the same answer, also when it is made again after a wait or an interruption. */
  beforeCall(call: ToolUseBlock, tool: Tool): Promise<HookAnswer>;
  /** Asked once a call has run, whatever came of it. The value is for the model to read; empty: nothing. */
  afterCall(call: ToolUseBlock, result: ToolResultBlock): Promise<string>;
}

export const noHooks: ToolHooks = {
  beforeCall: async () => noObjection,
  afterCall: async () => '',
};

/**
 * The outward calls of a turn that have begun, remembered over crashes: one without a result was interrupted. What is
 * deleted has not begun after all.
 */
export interface BegunCalls {
  has(id: string): boolean;
  add(id: string): unknown;
  delete(id: string): unknown;
}

/** So that the model knows whose words these are. */
export const fromHook = (text: string): string => `[Added by a hook of this agent]\n${text}`;

/** The result with what hooks say about it behind. */
export function withContext(result: ToolResultBlock, texts: readonly string[]): ToolResultBlock {
  const said = texts.filter((text) => text !== '');
  if (said.length === 0) return result;
  const text = fromHook(said.join('\n'));
  return {
    ...result,
    content:
      typeof result.content === 'string'
        ? `${result.content}\n\n${text}`
        : [...result.content, { type: 'text', text }],
  };
}
