import type { Emit } from '#agent/event.ts';
import { ToolFailure, type Tool, type ToolOutput } from '#agent/tool.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';

/** Known to clients: a card whose result says this is shown as interrupted. */
export const INTERRUPTED = '[Request interrupted by user]';

/** Longer than any tool's own limit, so that a tool which never returns cannot hold a turn for ever. */
const DEADLINE_MS = 11 * 60_000;

/** About 25,000 tokens; a longer text would push everything else out of the model's view. */
const MAX_RESULT_CHARACTERS = 100_000;

interface ToolCallDeps {
  readonly tools: readonly Tool[];
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Ids of calls whose input broke off. */
  readonly incompleteCalls: readonly string[];
  readonly onToolError: (name: string, error: unknown) => void;
}

/**
 * Runs the calls of one message. Contract: one result for each call, in the order of the calls, whatever happens.
 * Calls that only read run at the same time; a call that changes something waits for those before it.
 */
export async function runToolCalls(
  calls: readonly ToolUseBlock[],
  deps: ToolCallDeps,
): Promise<ToolResultBlock[]> {
  const results: ToolResultBlock[] = [];
  for (const batch of batches(calls, deps.tools)) {
    const running = batch.map((call) => runToolCall(call, deps));
    for (const promise of running) {
      const result = await promise;
      results.push(result);
      deps.emit({
        type: 'tool_result',
        tool_use_id: result.tool_use_id,
        content: resultText(result),
        is_error: result.is_error ?? false,
      });
    }
  }
  return results;
}

function batches(calls: readonly ToolUseBlock[], tools: readonly Tool[]): ToolUseBlock[][] {
  const reads = (call: ToolUseBlock) => tools.find((tool) => tool.name === call.name)?.effects === 'reads';
  const groups: ToolUseBlock[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    if (last !== undefined && reads(call) && last.every(reads)) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

async function runToolCall(call: ToolUseBlock, deps: ToolCallDeps): Promise<ToolResultBlock> {
  const refuse = (content: string): ToolResultBlock => ({
    type: 'tool_result',
    tool_use_id: call.id,
    content,
    is_error: true,
  });
  if (deps.signal.aborted) return refuse(INTERRUPTED);

  if (deps.incompleteCalls.includes(call.id)) {
    return refuse('The input of this call was cut off, so it did not run. Make it again, in smaller parts.');
  }
  const tool = deps.tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    return refuse(
      `There is no tool named ${call.name}. The tools are: ${deps.tools.map(({ name }) => name).join(', ')}.`,
    );
  }
  const prepared = tool.prepare(call.input);
  if (!prepared.ok) return refuse(`The input of ${call.name} does not fit its schema:\n${prepared.problem}`);

  const deadline = new AbortController();
  // Cleared below: an object with a timer cannot sleep
  const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
  const signal = AbortSignal.any([deps.signal, deadline.signal]);
  try {
    const output = await Promise.race([
      prepared.value({ signal, toolUseId: call.id }),
      rejectOnAbort(signal),
    ]);
    return { type: 'tool_result', tool_use_id: call.id, content: cap(output), is_error: false };
  } catch (error) {
    if (deps.signal.aborted) return refuse(INTERRUPTED);
    if (deadline.signal.aborted) return refuse(`${call.name} did not finish in time and was stopped.`);
    if (error instanceof ToolFailure) return refuse(capText(error.message));
    deps.onToolError(call.name, error);
    return refuse(`${call.name} failed for an internal reason. Trying the same call again will not help.`);
  } finally {
    clearTimeout(timer);
  }
}

/** A cancelled call must not wait for a tool that does not listen. */
const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

function cap(output: ToolOutput): ToolResultBlock['content'] {
  return typeof output === 'string' ? capText(output) : [...output];
}

function capText(text: string): string {
  if (text.length <= MAX_RESULT_CHARACTERS) return text;
  return `${text.slice(0, MAX_RESULT_CHARACTERS)}\n[cut: the result has ${text.length} characters in all]`;
}

/** A result as clients show it: always one string. */
export function resultText(result: ToolResultBlock): string {
  if (typeof result.content === 'string') return result.content;
  return result.content
    .map((block) => {
      switch (block.type) {
        case 'text':
          return block.text;
        case 'image':
          return block.source.type === 'url'
            ? `[image ${block.source.url}]`
            : `[image, ${block.source.media_type}]`;
        case 'document':
          return `[document, ${block.source.media_type}]`;
      }
    })
    .join('\n');
}
