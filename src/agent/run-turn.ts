import type { Emit } from '#agent/event.ts';
import type { Model, ModelFailureKind } from '#agent/model.ts';
import { closingEvents, runStep } from '#agent/run-step.ts';
import { runToolCalls } from '#agent/run-tool-calls.ts';
import type { Step } from '#agent/step.ts';
import type { Tool } from '#agent/tool.ts';
import { addUsage, noUsage, type Message, type ToolUseBlock, type Usage } from '#protocol/message.ts';
import type { Clock } from '#lib/clock.ts';

export interface TurnDeps {
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly emit: Emit;
  /** Contract: the step, all of whose events were emitted, is durable when this returns. The next does not begin before. */
  readonly save: (step: Step) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onToolError: (name: string, error: unknown) => void;
}

export interface TurnRequest {
  readonly model: string;
  readonly system: string;
  /** Ends with the user's prompt or, where a turn goes on after an interruption, with its last stored step. */
  readonly messages: readonly Message[];
  readonly maxSteps: number;
}

/** What the model calls of a turn amount to. */
export interface TurnTotals {
  readonly steps: number;
  readonly usage: Usage;
  /** US dollars. */
  readonly cost: number;
  /** Milliseconds spent waiting for the model. */
  readonly apiMs: number;
  readonly contextWindow: number | undefined;
}

export type TurnOutcome =
  | { readonly kind: 'finished'; readonly totals: TurnTotals }
  | { readonly kind: 'cancelled'; readonly totals: TurnTotals }
  | {
      readonly kind: 'failed';
      readonly totals: TurnTotals;
      readonly reason: ModelFailureKind | 'step_limit';
      /** For the user, in our words. */
      readonly text: string;
    };

/**
 * The agent loop: a model call, its tool calls, the next model call, until the model has nothing more to call.
 * Contract: knows nothing of where it runs; everything that must survive goes through `save`, in order, and a turn
 * that is started again with what was saved goes on where it stopped.
 */
export async function runTurn(deps: TurnDeps, request: TurnRequest): Promise<TurnOutcome> {
  const messages = [...request.messages];
  const definitions = deps.tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    input_schema: inputSchema,
  }));
  let totals: TurnTotals = { steps: 0, usage: noUsage, cost: 0, apiMs: 0, contextWindow: undefined };

  for (;;) {
    const calls = openCalls(messages);
    if (calls.length > 0) {
      const results = await runToolCalls(calls, deps);
      deps.save({ kind: 'tool_results', results });
      messages.push({ role: 'user', content: results });
    }
    if (deps.signal.aborted) return { kind: 'cancelled', totals };
    if (totals.steps >= request.maxSteps) {
      const text = `I stopped after ${totals.steps} steps, the most that one turn may take. Send "continue" to go on.`;
      return { kind: 'failed', totals, reason: 'step_limit', text };
    }

    const startedAt = deps.clock.now();
    const { model, system } = request;
    const outcome = await runStep(deps.model, { model, system, tools: definitions, messages }, deps);
    totals = { ...totals, apiMs: totals.apiMs + deps.clock.now() - startedAt };

    if (outcome.kind !== 'message') {
      if (outcome.step !== undefined) deps.save(outcome.step);
      if (outcome.kind === 'cancelled') return { kind: 'cancelled', totals };
      return { kind: 'failed', totals, reason: outcome.failure.kind, text: outcome.failure.text };
    }

    const { step, stop, contextWindow } = outcome;
    totals = {
      steps: totals.steps + 1,
      usage: addUsage(totals.usage, step.usage),
      cost: totals.cost + step.cost,
      apiMs: totals.apiMs,
      contextWindow,
    };
    for (const event of closingEvents(step)) deps.emit(event);
    deps.save(step);
    messages.push({ role: 'assistant', content: step.content });
    if (openCalls(messages).length > 0) continue;

    const problem = stopProblem(stop);
    return problem === undefined
      ? { kind: 'finished', totals }
      : { kind: 'failed', totals, reason: 'invalid_request', text: problem };
  }
}

/** Calls of the newest message that have no results yet. */
function openCalls(messages: readonly Message[]): ToolUseBlock[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [];
  return last.content.filter((block) => block.type === 'tool_use');
}

function stopProblem(stop: string): string | undefined {
  switch (stop) {
    case 'refusal':
      return 'The model declined to go on with this. Rephrase the request, or start a new conversation.';
    case 'context_full':
      return 'The conversation is longer than the model can hold. Start a new conversation to go on.';
    case 'max_tokens':
      return 'The answer reached the longest length the model may write. Send "continue" for the rest.';
    default:
      return undefined;
  }
}
