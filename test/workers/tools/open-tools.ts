import { noModes } from '../../support/workers/no-modes.ts';
import type { Tool } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { systemClock } from '#lib/clock.ts';
import { fail } from '#lib/result.ts';
import { TaskList } from '#session/task-list.ts';
import { createTools } from '#tools/index.ts';

/** The tools of a session over the workspace and the storage of an object. */
export const openTools = (workspace: Workspace, sql: SqlStorage): readonly Tool[] =>
  createTools({
    workspace,
    sessionId: 'session-1',
    linkTo: async (path) => `https://edgewise.test/${path}`,
    mode: noModes,
    tasks: new TaskList({ sql, clock: systemClock }),
    search: async () => fail('Nothing searches here.'),
    fetchPage: undefined,
    fetch,
  });
