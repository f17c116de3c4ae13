import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import { orFailTask, taskFields, type TaskBoard } from '#tools/task-board.ts';

const description = `Adds a task to the session's task list, which the user sees as a board.

- Use it for work of three steps or more, or when the user gives several things to do. Not for a single small step, and not for talk.
- One task for each piece of work that can be checked off. It starts as pending.
- The list lasts as long as the session: it is there when older messages are no longer in view.`;

const input = z.object({
  taskId: taskFields.id
    .optional()
    .describe('An id of your choice, not used before, such as "1"; without it the next number'),
  subject: taskFields.subject,
  description: taskFields.description.default(''),
  activeForm: taskFields.activeForm.optional(),
  owner: taskFields.owner.optional(),
});

export const taskCreateTool = (board: TaskBoard) =>
  defineTool({
    name: 'TaskCreate',
    description,
    input,
    effects: 'workspace',
    async run({ taskId, subject, description: details, activeForm, owner }, { toolUseId }) {
      const task = orFailTask(
        board.create({
          id: taskId,
          subject,
          description: details,
          activeForm: activeForm ?? null,
          owner: owner || null,
          callId: toolUseId,
        }),
      );
      return `Task ${task.id} created: ${task.subject}`;
    },
  });
