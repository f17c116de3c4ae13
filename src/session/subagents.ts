import { runTurn, type Notes, type TurnDeps } from '#agent/run-turn.ts';
import { textOf } from '#agent/step.ts';
import { INTERRUPTED } from '#agent/run-tool-call.ts';
import { ToolFailure, ToolWaits, type Tool } from '#agent/tool.ts';
import { catalog } from '#catalog/catalog.ts';
import type { Agent, Subagent } from '#catalog/parse-catalog.ts';
import { subagentsFor } from '#catalog/subagents-for.ts';
import { agentsOnlyTools } from '#catalog/tool-names.ts';
import { buildSubagentPrompt } from '#catalog/system-prompt.ts';
import { createGate } from '#lib/gate.ts';
import type { Reply } from '#protocol/reply.ts';
import { createBackgroundTasks, unfinishedTasks } from '#session/background-tasks.ts';
import type { Session } from '#session/session.ts';
import { subagentRoom } from '#session/subagent-room.ts';
import { SubagentSteps } from '#session/subagent-steps.ts';
import { matchesTool } from '#agent/tool-pattern.ts';
import { taskCalls } from '#session/task-calls.ts';
import { skillTool } from '#tools/skill.ts';
import type { Subagents, TaskInput } from '#tools/task.ts';

/** More would only wait for each other: a session has few connections (`lib/connections.ts`). */
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
  /** To be called when the turn is over, however it ended: nothing works or stays open any more. */
  end(): Promise<void>;
}

/**
 * The subagents of one turn: each is a loop of its own, whose steps stand in the session's transcript under the call
 * that began it. Those in the background never outlive the turn: before it ends, the agent hears what became of them.
 */
export function createSubagents(session: Session, deps: SubagentDeps): TurnSubagents {
  const { turn, agent } = deps;
  const known = subagentsFor(agent, catalog.subagents);
  const steps = new SubagentSteps(session, turn);
  const pass = createGate(AT_ONCE);
  /** In the foreground: after a cancel, their results are not waited for, but they are. */
  const foreground = new Set<Promise<unknown>>();
  const background = createBackgroundTasks(session, {
    ...deps,
    work: (task, id, stop) => work(task, id, stop, judgeAlone(deps.judge)),
  });

  async function work(
    task: TaskInput,
    id: string,
    stop: AbortSignal,
    judge: TurnDeps['judge'],
  ): Promise<string> {
    const subagent = find(task.subagent_type);
    const messages = steps.messagesOf(id, task.prompt);
    const last = messages.findLast((message) => message.role === 'assistant');
    let answer = last === undefined ? '' : textOf(last.content);
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

  /** What the agent must not do, it cannot have done either. */
  function toolsOf(subagent: Subagent): Tool[] {
    const all = [...session.tools, skillTool(session.workspace, agent.skills), ...deps.tools];
    const own = [...new Map(all.map((tool) => [tool.name, tool])).values()];
    return own.filter(
      ({ name }) =>
        subagent.tools.some((pattern) => matchesTool(pattern, name)) &&
        !agent.disallowedTools.some((pattern) => matchesTool(pattern, name)) &&
        !agentsOnlyTools.has(name),
    );
  }

  for (const [id, task] of unfinishedTasks(session.entries.turn(turn))) background.begin(task, id);

  return {
    known,
    tell: () => steps.tell(),
    async run(task, { toolUseId, signal: callSignal }) {
      checkCount(session, turn, toolUseId);
      const working = work(task, toolUseId, callSignal, deps.judge);
      foreground.add(working);
      return working.finally(() => foreground.delete(working));
    },
    start(task, id) {
      checkCount(session, turn, id);
      find(task.subagent_type);
      background.begin(task, id);
    },
    look: background.look,
    stop: background.stop,
    notes: background.notes,
    async end() {
      await Promise.all([background.stopAll(), Promise.allSettled(foreground)]);
      if (session.stream.isSettled) steps.tell();
      steps.closeCalls(INTERRUPTED);
    },
  };
}

/** Nobody can be asked for a task in the background: the agent may be in the middle of something else. */
const judgeAlone =
  (judge: TurnDeps['judge']): TurnDeps['judge'] =>
  (call, tool) => {
    const verdict = judge(call, tool);
    return verdict.kind === 'ask'
      ? { kind: 'deny', reason: 'It needs consent, which a task in the background cannot ask for.' }
      : verdict;
  };

function checkCount(session: Session, turn: number, id: string): void {
  const calls = taskCalls(session.entries.turn(turn));
  if (calls.findIndex((call) => call.id === id) >= MAX_TASKS)
    throw new ToolFailure(`A turn may hand over ${MAX_TASKS} tasks at most. Do the rest yourself.`);
}
