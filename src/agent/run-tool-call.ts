import { withContext } from '#agent/hooks.ts';
import type { Verdict } from '#agent/permissions.ts';
import type { CheckedCall, ToolCallDeps } from '#agent/tool-call.ts';
import { ToolFailure, ToolWaits, type Tool } from '#agent/tool.ts';
import { closestName } from '#lib/closest-name.ts';
import type { HookAnswer } from '#protocol/hook.ts';
import { untilAborted, withDeadline } from '#lib/deadline.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';
import type { Reply } from '#protocol/reply.ts';

/** Known to clients: a card whose result says this is shown as interrupted. */
export const INTERRUPTED = '[Request interrupted by user]';

/** About 25,000 tokens; a longer text would push everything else out of the model's view. */
const MAX_RESULT_CHARACTERS = 100_000;

/** Enough to see what is wrong; a schema can find fault with each of a million characters. */
const MAX_PROBLEM_CHARACTERS = 2_000;

/** One call, to its result. Contract: never throws for what a tool, a model or a user may do. */
export async function runToolCall(
  { call, hook }: CheckedCall,
  deps: ToolCallDeps,
): Promise<ToolResultBlock | ToolWaits> {
  const refuse = (content: string): ToolResultBlock => ({
    type: 'tool_result',
    tool_use_id: call.id,
    content,
    is_error: true,
  });
  if (deps.begunCalls.has(call.id)) return refuse(unknownEnd(call.name));
  if (deps.signal.aborted) return refuse(INTERRUPTED);

  if (deps.incompleteCalls.includes(call.id)) {
    return refuse('The input of this call was cut off, so it did not run. Make it again, in smaller parts.');
  }
  const tool = deps.tools.find(({ name }) => name === call.name);
  if (tool === undefined) return refuse(unknownTool(call.name, deps.tools));
  const prepared = tool.prepare(call.input);
  if (!prepared.ok) {
    const whose = hook.updated_input === undefined ? '' : ', as a hook of this agent changed it,';
    return refuse(
      cap(
        `The input of ${call.name}${whose} does not fit its schema:\n${prepared.problem}`,
        MAX_PROBLEM_CHARACTERS,
      ),
    );
  }
  const reply = deps.replies.get(call.id);
  const refusal = refusalOf(verdictOf(deps.judge(call, tool), hook, tool), tool, reply);
  if (refusal !== undefined) return refuse(refusal);

  const outward = tool.effects === 'outward';
  if (outward) deps.begunCalls.add(call.id);
  const outcome = await runPrepared(prepared.value, { call, tool, reply }, deps);
  switch (outcome.kind) {
    case 'waits':
      // It asks before it does anything, so it is made again
      deps.begunCalls.delete(call.id);
      return outcome.waits;
    case 'stopped':
      return refuse(outward ? `${outcome.text}\n${unknownEnd(call.name)}` : outcome.text);
    case 'ended': {
      const after = await deps.hooks.afterCall(call, outcome.result);
      const changed =
        hook.updated_input === undefined ? '' : 'The input of this call was changed before it ran.';
      return withContext(outcome.result, [changed, hook.additional_context, after]);
    }
  }
}

type Run = Extract<ReturnType<Tool['prepare']>, { ok: true }>['value'];

type RunOutcome =
  | { readonly kind: 'ended'; readonly result: ToolResultBlock }
  /** Before its end: what it did is not known. */
  | { readonly kind: 'stopped'; readonly text: string }
  | { readonly kind: 'waits'; readonly waits: ToolWaits };

async function runPrepared(
  run: Run,
  { call, tool, reply }: { call: ToolUseBlock; tool: Tool; reply: Reply | undefined },
  deps: ToolCallDeps,
): Promise<RunOutcome> {
  const result = (content: ToolResultBlock['content'], isError: boolean): RunOutcome => ({
    kind: 'ended',
    result: { type: 'tool_result', tool_use_id: call.id, content, is_error: isError },
  });
  return withDeadline(tool.deadlineMs, deps.signal, async (deadline) => {
    try {
      const { signal } = deadline;
      const ended = run({
        signal,
        toolUseId: call.id,
        reply,
        spend: (spent) => deps.onSpent(call.id, spent),
      });
      const output = await untilAborted(ended, signal, () => lastWord(ended));
      return result(typeof output === 'string' ? cap(output) : [...output], false);
    } catch (error) {
      const isKnown = error instanceof ToolFailure && !error.endUnknown;
      if (deps.signal.aborted)
        return isKnown ? result(INTERRUPTED, true) : { kind: 'stopped', text: INTERRUPTED };
      if (deadline.isOver())
        return { kind: 'stopped', text: `${call.name} did not finish in time and was stopped.` };
      if (error instanceof ToolWaits) return { kind: 'waits', waits: error };
      if (error instanceof ToolFailure)
        return error.endUnknown && tool.effects === 'outward'
          ? { kind: 'stopped', text: cap(error.message) }
          : result(cap(error.message), true);
      deps.onToolError(call.name, error);
      const text = `${call.name} failed for an internal reason.`;
      if (tool.effects === 'outward') return { kind: 'stopped', text };
      return result(`${text} Trying the same call again will not help.`, true);
    }
  });
}

/**
 * A cancelled call must not wait for a tool that does not listen. One that does may say at once that nothing was done.
 * Contract: throws.
 */
async function lastWord(ended: Promise<unknown>): Promise<never> {
  const { promise: later, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 0);
  await Promise.race([later, ended]);
  throw new Error('aborted');
}

/** For the model and the user: neither may take the call for done, or for not done. */
const unknownEnd = (name: string): string =>
  `This call of ${name} had begun when it was interrupted, and whether it took effect is not known. It was not made again. Before you repeat it, find out whether it took effect: look with a tool that only reads, or ask the user to look.`;

/** The nearest name first: a slip in it is what happens most. */
function unknownTool(name: string, tools: readonly Tool[]): string {
  const names = tools.map((tool) => tool.name);
  const meant = closestName(name.slice(0, 100), names);
  const help = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `There is no tool named ${cap(name, 100)}.${help} The tools are: ${names.join(', ')}.`;
}

/** What may happen to a call, with the words for one that may not run. A hook can only be stricter than the rules and the mode. */
export function verdictOf(
  judged: Verdict,
  hook: HookAnswer,
  { name }: Tool,
): { readonly kind: 'allow' | 'ask' } | { readonly kind: 'deny'; readonly text: string } {
  if (judged.kind === 'deny') return { kind: 'deny', text: `${name} was not allowed. ${judged.reason}` };
  if (hook.decision === 'deny')
    return { kind: 'deny', text: `Hook PreToolUse:${name} denied this tool. ${hook.reason}`.trim() };
  return hook.decision === 'ask' ? { kind: 'ask' } : judged;
}

/** A rule's reason, or the user's, for the model and the user to read. */
function refusalOf(
  verdict: ReturnType<typeof verdictOf>,
  tool: Tool,
  reply: Reply | undefined,
): string | undefined {
  if (verdict.kind === 'deny') return verdict.text;
  if (tool.waits || verdict.kind === 'allow') return undefined;
  if (reply?.kind === 'decision' && reply.approved) return undefined;
  if (reply?.kind === 'no_answer')
    return `Nobody consented to ${tool.name} within ${reply.seconds} seconds, so it did not run.`;
  const words = reply?.kind === 'decision' && reply.feedback !== '' ? ` They say: ${reply.feedback}` : '';
  return `The user did not allow this call of ${tool.name}.${words}`;
}

function cap(text: string, most = MAX_RESULT_CHARACTERS): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}\n[cut: the result has ${text.length} characters in all]`;
}
