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

/** What concerns the conversation as a whole, or a person, is an agent's own: no subagent gets it. */
export const agentsOnlyTools: ReadonlySet<string> = new Set([
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'Task',
  'TaskOutput',
  'TaskStop',
  'KillShell',
]);
