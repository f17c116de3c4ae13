import { runToolCall, verdictOf } from '#agent/run-tool-call.ts';
import type { CheckedCall, ToolCallDeps } from '#agent/tool-call.ts';
import { ToolWaits, type WaitingCall } from '#agent/tool.ts';
import { noObjection } from '#protocol/hook.ts';
import { createGate } from '#lib/gate.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';

/** A call may need a connection, of which a session has few (`lib/connections.ts`); the time it has begins with its turn. */
const AT_ONCE = 4;

/**
 * Runs the calls of one message, and gives back those that wait for a person. Contract: every call gets one result,
 * unless it waits, or comes after one that does and changes something. Calls that only read run at the same time; a
 * call that changes something waits for those before it. An outward call that had begun before an interruption is not
 * made again.
 */
export async function runToolCalls(
  calls: readonly ToolUseBlock[],
  deps: ToolCallDeps,
): Promise<readonly WaitingCall[]> {
  return runChecked(await Promise.all(calls.map((call) => askHooks(call, deps))), deps);
}

async function runChecked(
  calls: readonly CheckedCall[],
  deps: ToolCallDeps,
): Promise<readonly WaitingCall[]> {
  const waiting = deps.signal.aborted ? [] : calls.flatMap((each) => waitingCall(each, deps));
  const waits = ({ call }: CheckedCall) => waiting.some((each) => each.call === call);
  const reads = ({ call }: CheckedCall) =>
    deps.tools.find(({ name }) => name === call.name)?.effects === 'reads';
  const first = calls.findIndex(waits);
  const ready = calls.filter((each, index) => !waits(each) && (first === -1 || index < first || reads(each)));
  const rest = calls.filter((each) => !ready.includes(each));
  const inside: WaitingCall[] = [];
  // A cancelled call ends with a result of its own
  const neverAborted = new AbortController().signal;
  for (const batch of batches(ready, reads)) {
    // What changes something does not run before a call that waits inside one of those before it
    if (inside.length > 0 && !batch.every(reads)) {
      rest.push(...batch);
      continue;
    }
    const pass = createGate(AT_ONCE);
    for (const promise of batch.map((each) => pass(() => runToolCall(each, deps), neverAborted))) {
      const outcome = await promise;
      if (outcome instanceof ToolWaits) inside.push(...outcome.calls);
      else deps.onResult(outcome);
    }
  }
  // Cancelled meanwhile: what waited, waits no longer
  if (deps.signal.aborted && rest.length > 0) return runChecked(rest, deps);
  return [...waiting, ...inside];
}

/** A call that cannot run anyway is nothing to ask about. */
async function askHooks(call: ToolUseBlock, deps: ToolCallDeps): Promise<CheckedCall> {
  const tool = deps.tools.find(({ name }) => name === call.name);
  const asks =
    tool !== undefined &&
    !deps.signal.aborted &&
    !deps.incompleteCalls.includes(call.id) &&
    !deps.begunCalls.has(call.id) &&
    tool.prepare(call.input).ok &&
    deps.judge(call, tool).kind !== 'deny';
  if (!asks) return { call, hook: noObjection };
  const hook = await deps.hooks.beforeCall(call, tool);
  return { call: { ...call, input: hook.updated_input ?? call.input }, hook };
}

/** Whether a person has to say something first. A call that cannot run anyway waits for nobody. */
function waitingCall({ call, hook }: CheckedCall, deps: ToolCallDeps): WaitingCall[] {
  const tool = deps.tools.find(({ name }) => name === call.name);
  if (tool === undefined || deps.replies.has(call.id) || deps.incompleteCalls.includes(call.id)) return [];
  if (deps.begunCalls.has(call.id) || !tool.prepare(call.input).ok) return [];
  const verdict = verdictOf(deps.judge(call, tool), hook, tool);
  if (verdict.kind === 'deny') return [];
  if (tool.waits) return [{ call, needs: 'answer' }];
  return verdict.kind === 'ask' ? [{ call, needs: 'consent' }] : [];
}

function batches(calls: readonly CheckedCall[], reads: (call: CheckedCall) => boolean): CheckedCall[][] {
  const groups: CheckedCall[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    if (last !== undefined && reads(call) && last.every(reads)) last.push(call);
    else groups.push([call]);
  }
  return groups;
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
