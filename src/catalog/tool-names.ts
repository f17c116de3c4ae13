/**
 * The tools an agent may be given in `agents.yaml`. The tools themselves live a floor above, so this list stands
 * alone; a test holds it against what `createTools` and `delegationTools` make.
 */
export const toolNames = [
  'Read',
  'Write',
  'Edit',
  'Glob',
  'Grep',
  'Bash',
  'Skill',
  'NotebookEdit',
  'send_file_to_chat',
  'TaskCreate',
  'TaskGet',
  'TaskUpdate',
  'TaskList',
  'TodoWrite',
  'WebFetch',
  'WebSearch',
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'Task',
  'TaskOutput',
  'TaskStop',
  'KillShell',
] as const;

const sendFile = /^mcp__(plugin_media-tools_)?media_tools__send_file_to_chat$/;

/** Agents that were written for an MCP server with this tool mean ours as well. */
export const withOwnNames = (names: readonly string[]): readonly string[] =>
  names.some((name) => sendFile.test(name)) ? [...names, 'send_file_to_chat'] : names;

/** What concerns the conversation as a whole, or a person, is an agent's own: no subagent gets it. */
export const agentsOnlyTools: ReadonlySet<string> = new Set([
  'send_file_to_chat',
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'Task',
  'TaskOutput',
  'TaskStop',
  'KillShell',
]);
