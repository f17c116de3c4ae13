import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import { cutLine } from '#tools/numbered-lines.ts';
import { Todo, type TaskBoard } from '#tools/task-board.ts';

const description = `Keeps a checklist for the work in hand, which the user sees. Each call gives the whole list anew.

- Use it for work of three steps or more. Write the list before you begin, and again whenever a step begins or is done.
- Have one step in_progress at a time. Mark a step completed only when it is wholly done.
- Leave out steps that turned out to be needless; add those you find on the way.`;

const input = z.object({ todos: z.array(Todo).max(200).describe('All steps, in their order') });

export const todoWriteTool = (board: TaskBoard) =>
  defineTool({
    name: 'TodoWrite',
    description,
    input,
    effects: 'workspace',
    async run({ todos }) {
      return describeProgress(todos, board.replaceTodos(todos));
    },
  });

function describeProgress(todos: readonly Todo[], former: readonly Todo[]): string {
  const named = (status: Todo['status']) => todos.filter((todo) => todo.status === status);
  const [completed, running, waiting] = [named('completed'), named('in_progress'), named('pending')];
  const kept = new Set(todos.map(({ content }) => content));
  const dropped = former.filter(({ content, status }) => status !== 'completed' && !kept.has(content));
  const [next] = waiting;
  return [
    todos.length === 0 ? 'The list is empty.' : `${completed.length} of ${todos.length} done.`,
    running.length === 0 ? '' : `In progress: ${contents(running)}.`,
    running.length > 1 ? 'Have one step in progress at a time.' : '',
    next === undefined ? '' : `Next: ${contents([next])}.`,
    dropped.length === 0 ? '' : `No longer on the list, and not completed: ${contents(dropped)}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const longestShown = 80;
const mostShown = 5;

function contents(todos: readonly Todo[]): string {
  const shown = todos.slice(0, mostShown).map(({ content }) => cutLine(content, longestShown));
  return todos.length > mostShown
    ? `${shown.join('; ')} and ${todos.length - mostShown} more`
    : shown.join('; ');
}
