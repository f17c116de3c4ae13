import { runTurn, type Notes, type TurnDeps } from '#agent/run-turn.ts';
import { textOf } from '#agent/step.ts';
import { ToolFailure, ToolWaits, type Tool } from '#agent/tool.ts';
import { catalog } from '#catalog/catalog.ts';
import type { Agent, Subagent } from '#catalog/parse-catalog.ts';
import { subagentsFor } from '#catalog/subagents-for.ts';
import { agentsOnlyTools } from '#catalog/tool-names.ts';
import { buildSubagentPrompt } from '#catalog/system-prompt.ts';
import { createGate } from '#lib/gate.ts';
import type { Reply } from '#protocol/reply.ts';
import type { Entry } from '#session/entry.ts';
import type { Session } from '#session/session.ts';
import { subagentRoom } from '#session/subagent-room.ts';
import { SubagentSteps } from '#session/subagent-steps.ts';
import { matchesTool } from '#agent/tool-pattern.ts';
import { TaskInput, type Subagents, type TaskState } from '#tools/task.ts';

/** Each holds a connection to the model, of which an object may have six open at a time. */
const AT_ONCE = 4;

/** More tasks in one turn are a loop, not a plan. */
const MAX_TASKS = 50;

export interface SubagentDeps extends Pick<
  TurnDeps,
  'model' | 'clock' | 'signal' | 'judge' | 'hooks' | 'begunCalls' | 'uniqueCallId' | 'onToolError'
> {
  readonly turn: number;
  readonly agent: Agent;
  readonly tools: readonly Tool[];
  readonly replies: ReadonlyMap<string, Reply>;
  readonly startedOn: string;
  /** Called after each stored step. */
  readonly onProgress: () => void;
}

interface TurnSubagents extends Subagents {
  readonly notes: Notes;
  /** To be called after each step of the agent itself. */
  readonly tell: () => void;
}

interface BackgroundTask {
  readonly description: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  now: TaskState;
}

/**
 * The subagents of one turn: each is a loop of its own, whose steps stand in the session's transcript under the call
 * that began it. Those in the background never outlive the turn: before it ends, the agent hears what became of them.
 */
export function createSubagents(session: Session, deps: SubagentDeps): TurnSubagents {
  const { turn, agent, signal } = deps;
  const known = subagentsFor(agent, catalog.subagents);
  const steps = new SubagentSteps(session, turn);
  const pass = createGate(AT_ONCE);
  const background = new Map<string, BackgroundTask>();
  /** Ids of tasks whose end the agent has heard of. */
  const heard = new Set<string>();

  async function work(
    task: TaskInput,
    id: string,
    stop: AbortSignal,
    judge: TurnDeps['judge'],
  ): Promise<string> {
    const subagent = find(task.subagent_type);
    const messages = steps.messagesOf(id, task.prompt);
    let answer =
      messages
        .findLast(({ role }) => role === 'assistant')
        ?.content.flatMap(textBlock)
        .join('\n\n') ?? '';
    const outcome = await pass(
      () =>
        runTurn(
          {
            ...deps,
            judge,
            signal: stop,
            tools: toolsOf(subagent),
            // Its words are for the agent; its calls are told with the steps that hold them
            emit: () => {},
            save: (step) => {
              if (stop.aborted || step.kind === 'note') return;
              if (step.kind === 'assistant') answer = textOf(step.content);
              steps.save({ ...step, parent: id });
              deps.onProgress();
            },
            makeRoom: subagentRoom(session, {
              steps,
              id,
              prompt: task.prompt,
              signal: stop,
              onProgress: deps.onProgress,
            }),
          },
          {
            model: subagent.model,
            thinking: subagent.thinking,
            effort: subagent.effort,
            system: buildSubagentPrompt({
              rules: catalog.commonPrompt,
              subagent,
              skills: agent.skills,
              startedOn: deps.startedOn,
            }),
            messages,
            maxSteps: session.settings.MAX_STEPS,
            replies: deps.replies,
          },
        ),
      stop,
    );
    switch (outcome.kind) {
      case 'finished':
        return answer === '' ? 'The subagent ended without a word.' : answer;
      case 'waiting':
        throw new ToolWaits(outcome.calls);
      case 'cancelled':
        throw new ToolFailure('It was stopped.');
      case 'failed': {
        const reason =
          outcome.reason === 'step_limit' ? 'It took as many steps as a subagent may.' : outcome.text;
        throw new ToolFailure(
          `The subagent did not finish. ${reason}${answer === '' ? '' : `\n\nIts last words: ${answer}`}`,
        );
      }
    }
  }

  function find(id: string): Subagent {
    const subagent = known.find((one) => one.id === id);
    if (subagent !== undefined) return subagent;
    throw new ToolFailure(
      `There is no subagent "${id}". The subagents are: ${known.map((one) => one.id).join(', ')}.`,
    );
  }

  function toolsOf(subagent: Subagent): Tool[] {
    const own = [...new Map([...session.tools, ...deps.tools].map((tool) => [tool.name, tool])).values()];
    return own.filter(
      ({ name }) =>
        subagent.tools.some((pattern) => matchesTool(pattern, name)) && !agentsOnlyTools.has(name),
    );
  }

  function begin(task: TaskInput, id: string): void {
    const stop = new AbortController();
    const work = endOf(task, id, stop.signal);
    const entry: BackgroundTask = {
      description: task.description,
      stop,
      now: { state: 'running', text: '' },
      ended: work.then((end) => void (entry.now = end)),
    };
    background.set(id, entry);
  }

  async function endOf(task: TaskInput, id: string, stop: AbortSignal): Promise<TaskState> {
    try {
      const text = await work(task, id, AbortSignal.any([signal, stop]), judgeAlone(deps.judge));
      return { state: 'completed', text };
    } catch (error) {
      if (stop.aborted || signal.aborted) return { state: 'stopped', text: 'It was stopped.' };
      if (error instanceof ToolFailure) return { state: 'failed', text: error.message };
      deps.onToolError('Task', error);
      return { state: 'failed', text: 'It failed for an internal reason.' };
    }
  }

  for (const [id, task] of unfinishedTasks(session.entries.turn(turn))) begin(task, id);

  return {
    known,
    tell: () => steps.tell(),
    async run(task, { toolUseId, signal: callSignal }) {
      checkCount(session, turn);
      return work(task, toolUseId, callSignal, deps.judge);
    },
    start(task, id) {
      checkCount(session, turn);
      find(task.subagent_type);
      begin(task, id);
    },
    async look(id, waitMs, callSignal) {
      const task = background.get(id);
      if (task === undefined) return undefined;
      if (task.now.state === 'running' && waitMs > 0) await endOrTime(task.ended, waitMs, callSignal);
      if (task.now.state !== 'running') heard.add(id);
      return task.now;
    },
    stop(id) {
      const task = background.get(id);
      if (task?.now.state !== 'running') return false;
      heard.add(id);
      task.stop.abort();
      return true;
    },
    async notes(before) {
      if (before !== 'step') await Promise.all([...background.values()].map(({ ended }) => ended));
      if (before === 'park') return [];
      const news = [...background].filter(([id, { now }]) => now.state !== 'running' && !heard.has(id));
      for (const [id] of news) heard.add(id);
      return news.map(([id, { description, now }]) => ({
        kind: 'note' as const,
        about: id,
        text: `[Task ${id} in the background, "${description}", has ${now.state}.]\n\n${now.text}`,
      }));
    },
  };
}

const textBlock = (block: { readonly type: string; readonly text?: string }): string[] =>
  block.type === 'text' && block.text !== undefined && block.text.trim() !== '' ? [block.text] : [];

/** Nobody can be asked for a task in the background: the agent may be in the middle of something else. */
const judgeAlone =
  (judge: TurnDeps['judge']): TurnDeps['judge'] =>
  (call, tool) => {
    const verdict = judge(call, tool);
    return verdict.kind === 'ask'
      ? { kind: 'deny', reason: 'It needs consent, which a task in the background cannot ask for.' }
      : verdict;
  };

function checkCount(session: Session, turn: number): void {
  const calls = taskCalls(session.entries.turn(turn));
  if (calls.length > MAX_TASKS)
    throw new ToolFailure(`A turn may hand over ${MAX_TASKS} tasks at most. Do the rest yourself.`);
}

const taskCalls = (entries: readonly Entry[]) =>
  entries.flatMap(({ body }) =>
    body.kind === 'assistant' && body.parent === undefined
      ? body.content.flatMap((block) => (block.type === 'tool_use' && block.name === 'Task' ? [block] : []))
      : [],
  );

/** After an interruption: begun in the background, and the agent has not heard of their end. */
function unfinishedTasks(entries: readonly Entry[]): [id: string, task: TaskInput][] {
  const begun = new Set(
    entries.flatMap(({ body }) =>
      body.kind === 'tool_results'
        ? body.results.flatMap((result) => (result.is_error ? [] : [result.tool_use_id]))
        : [],
    ),
  );
  const ended = new Set(entries.flatMap(({ body }) => (body.kind === 'note' ? [body.about] : [])));
  return taskCalls(entries).flatMap(({ id, input }): [string, TaskInput][] => {
    const task = TaskInput.safeParse(input);
    const runs = task.success && task.data.run_in_background && begun.has(id) && !ended.has(id);
    return runs ? [[id, task.data]] : [];
  });
}

function endOrTime(ended: Promise<void>, waitMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  signal.addEventListener('abort', () => resolve(), { once: true });
  void ended.then(resolve);
  return promise.finally(() => clearTimeout(timer));
}
