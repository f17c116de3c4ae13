import type { Tool } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { askUserQuestionTool } from '#tools/ask-user-question.ts';
import { bashTool } from '#tools/bash.ts';
import { editTool } from '#tools/edit.ts';
import { globTool } from '#tools/glob.ts';
import { grepTool } from '#tools/grep.ts';
import { enterPlanModeTool, exitPlanModeTool, type ModeSwitch } from '#tools/plan-mode.ts';
import { readTool } from '#tools/read.ts';
import { writeTool } from '#tools/write.ts';

interface ToolDeps {
  readonly workspace: Workspace;
  readonly mode: ModeSwitch;
}

/**
 * The tools of one session. Make them once per object: Bash keeps its directory and `/tmp` for as long as they live.
 */
export const createTools = ({ workspace, mode }: ToolDeps): readonly Tool[] => [
  ...[readTool, writeTool, editTool, globTool, grepTool, bashTool].map((create) => create(workspace)),
  askUserQuestionTool,
  enterPlanModeTool(mode),
  exitPlanModeTool(mode),
];
