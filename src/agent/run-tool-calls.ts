import { ToolFailure, ToolWaits, type Tool, type ToolOutput, type WaitingCall } from '#agent/tool.ts';
import type { Verdict } from '#agent/permissions.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';
import type { Reply } from '#protocol/reply.ts';

/** Known to clients: a card whose result says this is shown as interrupted. */
export const INTERRUPTED = '[Request interrupted by user]';

/** About 25,000 tokens; a longer text would push everything else out of the model's view. */
const MAX_RESULT_CHARACTERS = 100_000;

export interface ToolCallDeps {
  readonly tools: readonly Tool[];
  /** Told of each result as soon as those of the calls before it are told. */
  readonly onResult: (result: ToolResultBlock) => void;
  readonly signal: AbortSignal;
  /** Ids of calls whose input broke off. */
  readonly incompleteCalls: readonly string[];
  /** By the id of the call: what a person gave to it. */
  readonly replies: ReadonlyMap<string, Reply>;
  readonly judge: (call: ToolUseBlock, tool: Tool) => Verdict;
  readonly onToolError: (name: string, error: unknown) => void;
}

/**
 * Runs the calls of one message, and gives back those that wait for a person. Contract: every call gets one result,
 * unless it waits, or comes after one that does and changes something. Calls that only read run at the same time; a
 * call that changes something waits for those before it.
 */
export async function runToolCalls(
  calls: readonly ToolUseBlock[],
  deps: ToolCallDeps,
): Promise<readonly WaitingCall[]> {
  const waiting = deps.signal.aborted ? [] : calls.flatMap((call) => waitingCall(call, deps));
  const reads = (call: ToolUseBlock) =>
    deps.tools.find(({ name }) => name === call.name)?.effects === 'reads';
  const first = calls.findIndex((call) => waiting.some((each) => each.call === call));
  const ready = calls.filter(
    (call, index) =>
      !waiting.some((each) => each.call === call) && (first === -1 || index < first || reads(call)),
  );
  const rest = calls.filter((call) => !ready.includes(call));
  const inside: WaitingCall[] = [];
  for (const batch of batches(ready, reads)) {
    // What changes something does not run before a call that waits inside one of those before it
    if (inside.length > 0 && !batch.every(reads)) {
      rest.push(...batch);
      continue;
    }
    for (const promise of batch.map((call) => runToolCall(call, deps))) {
      const outcome = await promise;
      if (outcome instanceof ToolWaits) inside.push(...outcome.calls);
      else deps.onResult(outcome);
    }
  }
  // Cancelled meanwhile: what waited, waits no longer
  if (deps.signal.aborted && rest.length > 0) return runToolCalls(rest, deps);
  return [...waiting, ...inside];
}

/** Whether a person has to say something first. A call that cannot run anyway waits for nobody. */
function waitingCall(call: ToolUseBlock, deps: ToolCallDeps): WaitingCall[] {
  const tool = deps.tools.find(({ name }) => name === call.name);
  if (tool === undefined || deps.replies.has(call.id) || deps.incompleteCalls.includes(call.id)) return [];
  if (!tool.prepare(call.input).ok) return [];
  const verdict = deps.judge(call, tool);
  if (verdict.kind === 'deny') return [];
  if (tool.waits) return [{ call, needs: 'answer' }];
  return verdict.kind === 'ask' ? [{ call, needs: 'consent' }] : [];
}

function batches(calls: readonly ToolUseBlock[], reads: (call: ToolUseBlock) => boolean): ToolUseBlock[][] {
  const groups: ToolUseBlock[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    if (last !== undefined && reads(call) && last.every(reads)) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

async function runToolCall(call: ToolUseBlock, deps: ToolCallDeps): Promise<ToolResultBlock | ToolWaits> {
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
  const reply = deps.replies.get(call.id);
  const refusal = refusalOf(deps.judge(call, tool), tool, reply);
  if (refusal !== undefined) return refuse(refusal);

  const deadline = new AbortController();
  // Cleared below: an object with a timer cannot sleep
  const timer =
    tool.deadlineMs === Infinity ? undefined : setTimeout(() => deadline.abort(), tool.deadlineMs);
  const signal = AbortSignal.any([deps.signal, deadline.signal]);
  try {
    const output = await Promise.race([
      prepared.value({ signal, toolUseId: call.id, reply }),
      rejectOnAbort(signal),
    ]);
    return { type: 'tool_result', tool_use_id: call.id, content: cap(output), is_error: false };
  } catch (error) {
    if (deps.signal.aborted) return refuse(INTERRUPTED);
    if (deadline.signal.aborted) return refuse(`${call.name} did not finish in time and was stopped.`);
    if (error instanceof ToolWaits) return error;
    if (error instanceof ToolFailure) return refuse(capText(error.message));
    deps.onToolError(call.name, error);
    return refuse(`${call.name} failed for an internal reason. Trying the same call again will not help.`);
  } finally {
    clearTimeout(timer);
  }
}

/** A rule's reason, or the user's, for the model and the user to read. */
function refusalOf(verdict: Verdict, tool: Tool, reply: Reply | undefined): string | undefined {
  if (verdict.kind === 'deny') return `${tool.name} was not allowed. ${verdict.reason}`;
  if (tool.waits || verdict.kind === 'allow') return undefined;
  if (reply?.kind === 'decision' && reply.approved) return undefined;
  if (reply?.kind === 'no_answer')
    return `Nobody consented to ${tool.name} within ${reply.seconds} seconds, so it did not run.`;
  const words = reply?.kind === 'decision' && reply.feedback !== '' ? ` They say: ${reply.feedback}` : '';
  return `The user did not allow this call of ${tool.name}.${words}`;
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
