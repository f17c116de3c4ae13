import type { Tool } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { bashTool } from '#tools/bash.ts';
import { editTool } from '#tools/edit.ts';
import { globTool } from '#tools/glob.ts';
import { grepTool } from '#tools/grep.ts';
import { readTool } from '#tools/read.ts';
import { skillTool } from '#tools/skill.ts';
import { writeTool } from '#tools/write.ts';

/**
 * The tools of one session. Make them once per object: Bash keeps its directory and `/tmp` for as long as they live.
 */
export const createTools = ({ workspace }: { readonly workspace: Workspace }): readonly Tool[] =>
  [readTool, writeTool, editTool, globTool, grepTool, bashTool, skillTool].map((create) => create(workspace));
