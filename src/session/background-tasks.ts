import type { Notes, TurnDeps } from '#agent/run-turn.ts';
import { ToolFailure } from '#agent/tool.ts';
import { untilAborted, withDeadline } from '#lib/deadline.ts';
import { appendEntry } from '#session/append-entry.ts';
import type { Entry } from '#session/entry.ts';
import type { Session } from '#session/session.ts';
import { taskCalls } from '#session/task-calls.ts';
import { TaskInput, type Subagents, type TaskState } from '#tools/task.ts';

export interface BackgroundDeps {
  readonly turn: number;
  readonly signal: AbortSignal;
  /** The whole of a task. Throws ToolFailure for what went wrong in it. */
  readonly work: (task: TaskInput, id: string, signal: AbortSignal) => Promise<string>;
  readonly onToolError: TurnDeps['onToolError'];
}

interface BackgroundTask {
  readonly description: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  now: TaskState;
}

export interface BackgroundTasks extends Pick<Subagents, 'look' | 'stop'> {
  begin(task: TaskInput, id: string): void;
  readonly notes: Notes;
  /** Stops what still runs, and waits for its end. */
  stopAll(): Promise<void>;
}

/** The tasks of one turn that run beside it. Contract: what the agent has heard of stays heard over crashes and waits. */
export function createBackgroundTasks(session: Session, deps: BackgroundDeps): BackgroundTasks {
  const { turn, signal } = deps;
  const tasks = new Map<string, BackgroundTask>();
  /** Ids of those whose end the agent has heard of. */
  const heard = new Set<string>();

  /** A note without text, because the agent learns of it by a result. */
  function hear(id: string): void {
    if (heard.has(id)) return;
    heard.add(id);
    appendEntry(session, turn, { kind: 'note', text: '', about: id });
  }

  async function endOf(task: TaskInput, id: string, stop: AbortSignal): Promise<TaskState> {
    try {
      return { state: 'completed', text: await deps.work(task, id, AbortSignal.any([signal, stop])) };
    } catch (error) {
      if (stop.aborted || signal.aborted) return { state: 'stopped', text: 'It was stopped.' };
      if (error instanceof ToolFailure) return { state: 'failed', text: error.message };
      deps.onToolError('Task', error);
      return { state: 'failed', text: 'It failed for an internal reason.' };
    }
  }

  const allEnded = () => Promise.all([...tasks.values()].map(({ ended }) => ended));

  return {
    begin(task, id) {
      const stop = new AbortController();
      const end = endOf(task, id, stop.signal);
      const entry: BackgroundTask = {
        description: task.description,
        stop,
        now: { state: 'running', text: '' },
        ended: end.then((state) => void (entry.now = state)),
      };
      tasks.set(id, entry);
    },
    async look(id, waitMs, callSignal) {
      const task = tasks.get(id);
      if (task === undefined) return undefined;
      if (task.now.state === 'running' && waitMs > 0)
        await withDeadline(waitMs, callSignal, ({ signal }) => untilAborted(task.ended, signal, () => {}));
      if (task.now.state !== 'running') hear(id);
      return task.now;
    },
    stop(id) {
      const task = tasks.get(id);
      if (task?.now.state !== 'running') return false;
      hear(id);
      task.stop.abort();
      return true;
    },
    async notes(before) {
      if (before !== 'step') await allEnded();
      if (before === 'park') return [];
      const news = [...tasks].filter(([id, { now }]) => now.state !== 'running' && !heard.has(id));
      for (const [id] of news) heard.add(id);
      return news.map(([id, { description, now }]) => ({
        kind: 'note' as const,
        about: id,
        text: `[Task ${id} in the background, "${description}", has ${now.state}.]\n\n${now.text}`,
      }));
    },
    async stopAll() {
      for (const { stop } of tasks.values()) stop.abort();
      await allEnded();
    },
  };
}

/** After an interruption: begun in the background, and the agent has not heard of their end. */
export function unfinishedTasks(entries: readonly Entry[]): [id: string, task: TaskInput][] {
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
