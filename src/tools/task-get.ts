import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { noTask, type TaskBoard } from '#tools/task-board.ts';

const input = z.object({ taskId: z.string().min(1).describe('Id of the task') });

export const taskGetTool = (board: TaskBoard) =>
  defineTool({
    name: 'TaskGet',
    description:
      'Shows one task whole, as JSON: also its description, the tasks it waits for (blockedBy) and those that wait for it (blocks).',
    input,
    effects: 'reads',
    async run({ taskId }) {
      const task = board.get(taskId);
      if (task === undefined) throw new ToolFailure(noTask(taskId));
      return JSON.stringify(task);
    },
  });
