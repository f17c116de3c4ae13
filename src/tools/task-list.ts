import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import type { TaskBoard } from '#tools/task-board.ts';

const description = `Lists the tasks of the session, as JSON, in the order in which they were made.

- A task with an empty blockedBy can be started; otherwise it waits for those tasks to be completed.
- Look here when a task is completed, to choose the next one, and when you do not see any more what was planned.`;

export const taskListTool = (board: TaskBoard) =>
  defineTool({
    name: 'TaskList',
    description,
    input: z.object({}),
    effects: 'reads',
    async run() {
      const tasks = board.list();
      const completed = new Set(tasks.flatMap(({ id, status }) => (status === 'completed' ? id : [])));
      return JSON.stringify(
        tasks.map(({ id, subject, status, owner, blockedBy }) => ({
          id,
          subject,
          status,
          owner,
          blockedBy: blockedBy.filter((other) => !completed.has(other)),
        })),
      );
    },
  });
