import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { orFailTask, taskFields, TaskStatus, type TaskBoard } from '#tools/task-board.ts';

const description = `Changes a task of the session's task list.

- Set status to in_progress when you begin a task, and to completed at once when it is wholly done; not while anything of it fails or is missing. deleted takes it off the list.
- addBlockedBy says which tasks have to be completed before this one, addBlocks which ones wait for this one.`;

const others = z.array(z.string().min(1)).max(100);

const input = z.object({
  taskId: z.string().min(1).describe('Id of the task'),
  status: TaskStatus.optional(),
  subject: taskFields.subject.optional(),
  description: taskFields.description.optional(),
  activeForm: taskFields.activeForm.optional(),
  owner: taskFields.owner.optional(),
  addBlocks: others.default([]).describe('Ids of tasks that wait for this one'),
  addBlockedBy: others.default([]).describe('Ids of tasks that this one waits for'),
});

export const taskUpdateTool = (board: TaskBoard) =>
  defineTool({
    name: 'TaskUpdate',
    description,
    input,
    effects: 'workspace',
    async run({ taskId, ...change }) {
      if (Object.values(change).every((value) => value === undefined || value.length === 0)) {
        throw new ToolFailure('There is nothing to change: give a status, or another field of the task.');
      }
      const { status, subject, description: details, activeForm, owner, addBlocks, addBlockedBy } = change;
      const task = orFailTask(
        board.update(taskId, {
          status,
          subject,
          description: details,
          activeForm,
          owner,
          addBlocks,
          addBlockedBy,
        }),
      );
      return task.status === 'deleted'
        ? `Task ${task.id} deleted.`
        : `Task ${task.id} is ${task.status}: ${task.subject}`;
    },
  });
