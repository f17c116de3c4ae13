import { addToUser } from '#agent/add-to-user.ts';
import type { AgentEvent, Emit } from '#agent/event.ts';
import type { Model, ModelFailureKind, ModelRequest, StopReason, ToolDefinition } from '#agent/model.ts';
import { closingEvents, runStep, type StepDeps, type StepOutcome } from '#agent/run-step.ts';
import { resultText, runToolCalls } from '#agent/run-tool-calls.ts';
import { addSpent, type AssistantStep, type NoteStep, type Spent, type Step } from '#agent/step.ts';
import type { ToolCallDeps } from '#agent/tool-call.ts';
import type { Tool, WaitingCall } from '#agent/tool.ts';
import {
  noUsage,
  type AssistantBlock,
  type Message,
  type ThinkingBlock,
  type ToolResultBlock,
  type ToolUseBlock,
  type Usage,
  type UserBlock,
} from '#protocol/message.ts';
import type { Clock } from '#lib/clock.ts';

export interface TurnDeps {
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly emit: Emit;
  /** Contract: the step, all of whose events were emitted, is durable when this returns. The next does not begin before. */
  readonly save: (step: Step) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly uniqueCallId: StepDeps['uniqueCallId'];
  readonly onToolError: (name: string, error: unknown) => void;
  readonly judge: ToolCallDeps['judge'];
  readonly hooks: ToolCallDeps['hooks'];
  readonly begunCalls: ToolCallDeps['begunCalls'];
  readonly notes?: Notes;
  readonly makeRoom?: MakeRoom;
}

/** Why a model does not take what may pass when it is less. */
export type TooMuch = Extract<ModelFailureKind, 'context_full' | 'too_large'>;

/**
 * Asked before each model call, and once more where the model refused it as too much: the messages to send instead, or
 * undefined to leave it at that. `last` is the model's newest step of this run, with what it counted.
 */
export type MakeRoom = (
  request: ModelRequest,
  last: AssistantStep | undefined,
  refused: TooMuch | undefined,
) => Promise<readonly Message[] | undefined>;

/**
 * What the model has to hear beside its messages and results: before a model call what there is already; when it ends
 * its turn, or has to wait for a person, what still runs is waited for. A turn whose end brings notes goes on.
 */
export type Notes = (before: 'step' | 'end' | 'park') => Promise<readonly NoteStep[]>;

export interface TurnRequest extends Pick<ModelRequest, 'thinking' | 'effort'> {
  readonly model: string;
  readonly system: string;
  /** Ends with the user's prompt or, where a turn goes on after an interruption, with its last stored step. */
  readonly messages: readonly Message[];
  readonly maxSteps: number;
  readonly replies: ToolCallDeps['replies'];
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

export const noTotals: TurnTotals = {
  steps: 0,
  usage: noUsage,
  cost: 0,
  apiMs: 0,
  contextWindow: undefined,
};

export type TurnOutcome =
  | {
      readonly kind: 'finished';
      readonly totals: TurnTotals;
      /** The model stopped for a reason of its own: refused, or ran out of room. */
      readonly incomplete: boolean;
    }
  | { readonly kind: 'cancelled'; readonly totals: TurnTotals }
  /** Nothing more happens until a person replies; then the turn is started again. */
  | { readonly kind: 'waiting'; readonly totals: TurnTotals; readonly calls: readonly WaitingCall[] }
  | {
      readonly kind: 'failed';
      readonly totals: TurnTotals;
      readonly reason: ModelFailureKind | 'step_limit' | 'blocked';
      readonly thoughts: readonly ThinkingBlock[];
      /** What was shown of a message that was never finished, and is in no step. */
      readonly shown: string;
      /** For the user, in our words. */
      readonly text: string;
      /** By calls of the model that brought no message. */
      readonly spent?: Spent | undefined;
    };

/** How a turn can end; one that waits has not. */
export type TurnEnd = Exclude<TurnOutcome, { kind: 'waiting' }>;

/**
 * The agent loop: a model call, its tool calls, the next model call, until the model has nothing more to call.
 * Contract: knows nothing of where it runs; everything that must survive goes through `save`, in order, and a turn
 * that is started again with what was saved goes on where it stopped.
 */
export async function runTurn(deps: TurnDeps, request: TurnRequest): Promise<TurnOutcome> {
  const { model, system, thinking, effort, maxSteps } = request;
  const messages = [...request.messages];
  const setting = { model, system, thinking, effort, tools: toolDefinitions(deps.tools) };
  let totals = noTotals;
  let stop: StopReason = 'end_turn';
  let incompleteCalls: readonly string[] = [];
  let last: AssistantStep | undefined;

  const hear = async (before: Parameters<Notes>[0]): Promise<boolean> => {
    const notes = (await deps.notes?.(before)) ?? [];
    for (const note of notes) {
      deps.save(note);
      addToUser(messages, [{ type: 'text', text: note.text }]);
    }
    return notes.length > 0;
  };

  const makeRoom = async (refused?: TooMuch): Promise<boolean> => {
    const shorter = await deps.makeRoom?.({ ...setting, messages }, last, refused);
    if (shorter !== undefined) messages.splice(0, messages.length, ...shorter);
    return shorter !== undefined;
  };

  for (;;) {
    const calls = openCalls(messages);
    if (calls === undefined) {
      if (deps.notes !== undefined && !deps.signal.aborted) {
        if (await hear('end')) continue;
        if (deps.signal.aborted) return { kind: 'cancelled', totals };
      }
      return { kind: 'finished', totals, incomplete: stop !== 'end_turn' && stop !== 'other' };
    }
    if (calls.length > 0) {
      const { replies } = request;
      // Stored one by one: what a finished call did is never done again, whatever becomes of those beside it
      const spent = new Map<string, Spent>();
      const onSpent = (id: string, more: Spent) => void spent.set(id, addSpent(spent.get(id), more));
      const onResult = (result: ToolResultBlock) => {
        deps.emit(resultEvent(result));
        const also = spent.get(result.tool_use_id);
        deps.save({ kind: 'tool_results', results: [result], ...(also !== undefined && { spent: also }) });
        addToUser(messages, [result]);
      };
      const waiting = await runToolCalls(calls, { ...deps, onResult, onSpent, incompleteCalls, replies });
      if (waiting.length > 0) {
        await deps.notes?.('park');
        return { kind: 'waiting', totals, calls: waiting };
      }
    }
    if (deps.signal.aborted) return { kind: 'cancelled', totals };
    if (totals.steps >= maxSteps) {
      const text = `I stopped after ${totals.steps} steps, the most that one turn may take. Send "continue" to go on.`;
      return { kind: 'failed', totals, reason: 'step_limit', thoughts: [], shown: '', text };
    }

    await hear('step');
    await makeRoom();
    const startedAt = deps.clock.now();
    let outcome = await runStep(deps.model, { ...setting, messages }, deps);
    let spent: Spent | undefined;
    const refused = tooMuch(outcome);
    if (refused !== undefined && (await makeRoom(refused.reason))) {
      ({ spent } = refused);
      outcome = await runStep(deps.model, { ...setting, messages }, deps);
    }
    totals = { ...totals, apiMs: totals.apiMs + deps.clock.now() - startedAt };
    if (outcome.kind === 'failed') {
      const both = outcome.spent === undefined ? spent : addSpent(spent, outcome.spent);
      return { ...outcome, totals, spent: both };
    }
    if (outcome.kind === 'cancelled') {
      if (outcome.step !== undefined) deps.save(outcome.step);
      return { kind: 'cancelled', totals };
    }

    const step: AssistantStep = { ...outcome.step, ...(spent !== undefined && { spent }) };
    for (const event of closingEvents(step)) deps.emit(event);
    deps.save(step);
    messages.push({ role: 'assistant', content: step.content });
    last = step;
    ({ stop, incompleteCalls } = outcome);
    totals = {
      steps: totals.steps + 1,
      ...addSpent(totals, spent === undefined ? step : addSpent(spent, step)),
      apiMs: totals.apiMs,
      contextWindow: outcome.contextWindow,
    };
  }
}

export const toolDefinitions = (tools: readonly Tool[]): ToolDefinition[] =>
  tools.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }));

/** What was shown already cannot be taken back. */
function tooMuch(
  outcome: StepOutcome,
): { readonly reason: TooMuch; readonly spent: Spent | undefined } | undefined {
  if (outcome.kind !== 'failed' || outcome.shown !== '') return undefined;
  const { reason, spent } = outcome;
  return reason === 'context_full' || reason === 'too_large' ? { reason, spent } : undefined;
}

/** The newest message's calls that have no result; undefined when it calls nothing, and so ends the turn. */
function openCalls(messages: readonly Message[]): ToolUseBlock[] | undefined {
  const index = messages.findLastIndex(({ role }) => role === 'assistant');
  const message = messages[index];
  const after = messages.slice(index + 1).flatMap(({ content }): (AssistantBlock | UserBlock)[] => content);
  if (message?.role !== 'assistant') return [];
  const calls = message.content.filter((block) => block.type === 'tool_use');
  if (calls.length === 0) return after.length === 0 ? undefined : [];
  return calls.filter(
    ({ id }) => !after.some((block) => block.type === 'tool_result' && block.tool_use_id === id),
  );
}

const resultEvent = (result: ToolResultBlock): AgentEvent => ({
  type: 'tool_result',
  tool_use_id: result.tool_use_id,
  content: resultText(result),
  is_error: result.is_error ?? false,
});
