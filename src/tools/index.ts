import type { Tool } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import type { Fetch } from '#lib/web-resolve.ts';
import type { FetchPage } from '#model/fetch-web.ts';
import type { SearchWeb } from '#model/search-web.ts';
import { askUserQuestionTool } from '#tools/ask-user-question.ts';
import { bashTool } from '#tools/bash.ts';
import { editTool } from '#tools/edit.ts';
import { globTool } from '#tools/glob.ts';
import { grepTool } from '#tools/grep.ts';
import { enterPlanModeTool, exitPlanModeTool, type ModeSwitch } from '#tools/plan-mode.ts';
import { notebookEditTool } from '#tools/notebook-edit.ts';
import { readTool } from '#tools/read.ts';
import { sendFileTool } from '#tools/send-file-to-chat.ts';
import { skillTool } from '#tools/skill.ts';
import type { TaskBoard } from '#tools/task-board.ts';
import { taskCreateTool } from '#tools/task-create.ts';
import { taskGetTool } from '#tools/task-get.ts';
import { taskListTool } from '#tools/task-list.ts';
import { taskUpdateTool } from '#tools/task-update.ts';
import { todoWriteTool } from '#tools/todo-write.ts';
import { webFetchTool } from '#tools/web-fetch.ts';
import { liveWebDeps } from '#tools/web-get-page.ts';
import { webSearchTool } from '#tools/web-search.ts';
import { writeTool } from '#tools/write.ts';

interface ToolDeps {
  readonly workspace: Workspace;
  readonly sessionId: string;
  /** As `sendFileTool` needs it. */
  readonly linkTo: (path: string) => Promise<string | null>;
  readonly tasks: TaskBoard;
  readonly mode: ModeSwitch;
  /** Undefined where nothing searches: then there is no WebSearch. */
  readonly search: SearchWeb | undefined;
  /** Who is asked for pages that are not given to us. */
  readonly fetchPage: FetchPage | undefined;
  readonly fetch: Fetch;
}

/**
 * The tools of one session. Make them once per object: Bash keeps its directory and `/tmp` for as long as they live.
 */
export const createTools = ({
  workspace,
  sessionId,
  linkTo,
  tasks,
  mode,
  search,
  fetchPage,
  fetch,
}: ToolDeps): readonly Tool[] => [
  ...[readTool, writeTool, editTool, globTool, grepTool, bashTool, skillTool, notebookEditTool].map(
    (create) => create(workspace),
  ),
  sendFileTool({ workspace, sessionId, linkTo }),
  ...[taskCreateTool, taskGetTool, taskUpdateTool, taskListTool, todoWriteTool].map((create) =>
    create(tasks),
  ),
  webFetchTool(liveWebDeps(fetch), fetchPage),
  askUserQuestionTool,
  enterPlanModeTool(mode),
  exitPlanModeTool(mode),
  ...(search === undefined ? [] : [webSearchTool(search)]),
];
