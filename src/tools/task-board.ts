import { z } from 'zod';
import { ToolFailure } from '#agent/tool.ts';
import type { Result } from '#lib/result.ts';

/** A task that is deleted keeps its id, which is never given again. */
export const TaskStatus = z.enum(['pending', 'in_progress', 'completed', 'deleted']);

const text = (longest: number) => z.string().trim().min(1).max(longest);

/** What the model may say of a task. */
export const taskFields = {
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, - and _, at most 64'),
  subject: text(500).describe('What is to be done, in a few words: "Fix the login test"'),
  description: z.string().max(10_000).describe('All that somebody needs to know to do it'),
  activeForm: text(500).describe('The same while it is being done: "Fixing the login test"'),
  owner: z.string().max(100).describe('Who does it; empty for nobody'),
};

export interface Task {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly activeForm: string | null;
  readonly status: z.infer<typeof TaskStatus>;
  readonly owner: string | null;
  /** Ids of tasks that wait for this one, and of those it waits for. Deleted tasks are in neither. */
  readonly blocks: readonly string[];
  readonly blockedBy: readonly string[];
}

export interface NewTask {
  readonly id: string | undefined;
  readonly subject: string;
  readonly description: string;
  readonly activeForm: string | null;
  readonly owner: string | null;
  /** The tool call that makes it: making the same task by the same call again changes nothing. */
  readonly callId: string;
}

/** What is undefined stays as it is; an empty owner is nobody. */
export interface TaskChange {
  readonly subject: string | undefined;
  readonly description: string | undefined;
  readonly activeForm: string | undefined;
  readonly status: Task['status'] | undefined;
  readonly owner: string | undefined;
  readonly addBlocks: readonly string[];
  readonly addBlockedBy: readonly string[];
}

export const Todo = z.object({
  content: text(1_000).describe('What is to be done'),
  status: z.enum(['pending', 'in_progress', 'completed']),
  activeForm: text(1_000).optional().describe('The same while it is being done: "Running the tests"'),
});
export type Todo = z.infer<typeof Todo>;

/** The plans of one session. They lie outside its transcript, so that they outlive what the model still sees of it. */
export interface TaskBoard {
  /** Problems are sentences for the model. */
  create(task: NewTask): Result<Task, string>;
  update(id: string, change: TaskChange): Result<Task, string>;
  get(id: string): Task | undefined;
  /** In the order in which they were made, without those that are deleted. */
  list(): readonly Task[];
  /** Puts a list in the place of the former one, which it answers. */
  replaceTodos(todos: readonly Todo[]): readonly Todo[];
}

export function orFailTask(result: Result<Task, string>): Task {
  if (!result.ok) throw new ToolFailure(result.problem);
  return result.value;
}

export const noTask = (id: string): string => `There is no task ${id}. TaskList shows those there are.`;
