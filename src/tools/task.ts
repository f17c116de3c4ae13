import { z } from 'zod';
import { defineTool, type Tool, type ToolContext } from '#agent/tool.ts';

export const TaskInput = z.object({
  description: z.string().trim().min(1).describe('What it is about, in three to five words.'),
  prompt: z
    .string()
    .trim()
    .min(1)
    .describe(
      'The whole task. The subagent sees nothing of this conversation: name the files, the aim and what to report.',
    ),
  subagent_type: z.string().describe('Which subagent.'),
  run_in_background: z
    .boolean()
    .default(false)
    .describe('Go on at once while it works. You are told when it ends; TaskOutput looks at it earlier.'),
});
export type TaskInput = z.infer<typeof TaskInput>;

/** A subagent's work so far, or all of it. */
export interface TaskState {
  readonly state: 'running' | 'completed' | 'failed' | 'stopped';
  /** Its answer, or why there is none; empty while it runs. */
  readonly text: string;
}

/** What a turn does about its subagents. The id of a task is the id of the call that began it. */
export interface Subagents {
  readonly known: readonly { readonly id: string; readonly description: string }[];
  /** Its answer. Contract: throws ToolFailure for what the model can mend. */
  run(task: TaskInput, context: ToolContext): Promise<string>;
  start(task: TaskInput, id: string): void;
  /** Waits up to `waitMs` for its end. Undefined: there is no such task. */
  look(id: string, waitMs: number, signal: AbortSignal): Promise<TaskState | undefined>;
  /** Whether it ran. */
  stop(id: string): boolean;
}

const LONGEST_WAIT_MS = 10 * 60_000;

const outputInput = z.object({
  task_id: z.string(),
  block: z.boolean().default(true).describe('Wait for its end.'),
  timeout: z.number().min(0).max(LONGEST_WAIT_MS).default(30_000).describe('Milliseconds to wait at most.'),
});
const stopInputs = {
  task_id: z.object({ task_id: z.string() }),
  shell_id: z.object({ shell_id: z.string() }),
};

/** The tools of delegation; none for an agent that has no subagents. */
export function delegationTools(subagents: Subagents): readonly Tool[] {
  if (subagents.known.length === 0) return [];
  const list = subagents.known.map(({ id, description }) => `- ${id}: ${description}`).join('\n');
  return [
    defineTool({
      name: 'Task',
      description: `Hands a task to a subagent: a specialist with tools of its own, which works in the same workspace and gives back its answer. Several calls in one message run at the same time. Use it for work that stands alone; do small things yourself. The subagents:\n${list}`,
      // It changes nothing itself: each call that the subagent makes is judged on its own
      effects: 'reads',
      deadlineMs: Infinity,
      input: TaskInput,
      run: async (task, context) => {
        if (!task.run_in_background) return subagents.run(task, context);
        subagents.start(task, context.toolUseId);
        return `Started in the background as task ${context.toolUseId}. Go on with your work; you are told when it ends.`;
      },
    }),
    defineTool({
      name: 'TaskOutput',
      description: 'The state of a task in the background, and its answer once it has ended.',
      effects: 'reads',
      input: outputInput,
      run: async ({ task_id, block, timeout }, { signal }) => {
        const task = await subagents.look(task_id, block ? timeout : 0, signal);
        if (task === undefined) return noSuchTask(task_id);
        return task.state === 'running' ? 'It is still running.' : `It has ${task.state}.\n\n${task.text}`;
      },
    }),
    stopTool('TaskStop', 'task_id', subagents),
    // The same under the name and field that agents of older definitions call
    stopTool('KillShell', 'shell_id', subagents),
  ];
}

const stopTool = (name: string, field: 'task_id' | 'shell_id', subagents: Subagents): Tool =>
  defineTool<z.ZodObject<Record<string, z.ZodString>>>({
    name,
    description: 'Stops a task in the background.',
    effects: 'reads',
    input: stopInputs[field],
    run: async (input) => {
      const id = input[field] ?? '';
      return subagents.stop(id) ? 'Stopped.' : noSuchTask(id);
    },
  });

const noSuchTask = (id: string) => `No task ${id} runs in the background of this turn.`;
