import { runCommands } from '#agent/bash-commands.ts';
import type { Tool } from '#agent/tool.ts';
import { matchesTool } from '#agent/tool-pattern.ts';
import type { ToolUseBlock } from '#protocol/message.ts';
import type { PermissionMode } from '#protocol/server-event.ts';

/** Rules such as `Bash`, `Bash(git *)`, `Write(output/**)`: a tool, and what its input has to look like. */
export interface PermissionRules {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
}

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'deny'; readonly reason: string };

/** Edits of files, which `acceptEdits` lets pass without asking. */
const edits = new Set(['Write', 'Edit', 'NotebookEdit']);

/** Harmless whatever the mode: they touch nothing but the conversation itself. */
const conversational = new Set([
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'TodoWrite',
  'TaskCreate',
  'TaskUpdate',
  'Skill',
]);

/**
 * What may happen to a call. Contract: a deny rule beats everything, planning beats all that changes something, an
 * ask rule beats an allow rule, and what no rule names is decided by the mode.
 */
export function judge(
  call: ToolUseBlock,
  tool: Pick<Tool, 'effects'>,
  {
    mode,
    rules,
    sessionId,
  }: { readonly mode: PermissionMode; readonly rules: PermissionRules; readonly sessionId: string },
): Verdict {
  const readings = readingsOf(call, sessionId);
  const concerns = (rule: string) => readings.some((each) => matches(rule, each));
  const denied = rules.deny.find(concerns);
  if (denied !== undefined) return { kind: 'deny', reason: `The rule ${denied} of this agent forbids it.` };
  if (tool.effects === 'reads' || conversational.has(call.name)) {
    return rules.ask.some(concerns) ? { kind: 'ask' } : { kind: 'allow' };
  }
  if (mode === 'plan') {
    return {
      kind: 'deny',
      reason:
        'You are planning: nothing may be changed until the user has approved your plan. Call ExitPlanMode with it.',
    };
  }
  if (rules.ask.some(concerns)) return { kind: 'ask' };
  if (rules.allow.some((rule) => matches(rule, call, 'every'))) return { kind: 'allow' };
  if (mode === 'bypassPermissions' || (mode === 'acceptEdits' && edits.has(call.name)))
    return { kind: 'allow' };
  return { kind: 'ask' };
}

/** A call as its tool may read it: send_file_to_chat finds a file also where the session's id stands before its path. */
function readingsOf(call: ToolUseBlock, sessionId: string): ToolUseBlock[] {
  const path = call.input['file_path'];
  const prefix = `${sessionId}/`;
  if (call.name !== 'send_file_to_chat' || typeof path !== 'string' || !path.startsWith(prefix))
    return [call];
  return [call, { ...call, input: { ...call.input, file_path: path.slice(prefix.length) } }];
}

/** The part of an input that a pattern is held against. */
const subject: Readonly<Record<string, string>> = {
  Bash: 'command',
  Read: 'file_path',
  Write: 'file_path',
  Edit: 'file_path',
  NotebookEdit: 'notebook_path',
  send_file_to_chat: 'file_path',
  Glob: 'pattern',
  Grep: 'pattern',
  WebFetch: 'url',
  Task: 'subagent_type',
  Skill: 'skill',
};

const files: ReadonlySet<string> = new Set(['Read', 'Write', 'Edit', 'NotebookEdit', 'send_file_to_chat']);
const WORKSPACE = '/workspace/';

/** As the tools read a path: from the workspace on, without `.`, `..` and doubled slashes. */
function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : WORKSPACE + path).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A line of several commands is forbidden by a rule for `some` of them, and allowed only by a rule for `every` one. */
function matches(rule: string, { name, input }: ToolUseBlock, which: 'some' | 'every' = 'some'): boolean {
  if (rule.startsWith('mcp__')) return matchesTool(rule, name);
  const parsed = /^([A-Za-z_][\w-]*)(?:\((.*)\))?$/s.exec(rule);
  if (parsed === null || parsed[1] !== name) return false;
  const pattern = parsed[2];
  if (pattern === undefined) return true;
  const value = input[subject[name] ?? ''];
  if (typeof value !== 'string') return false;
  if (name === 'Bash') {
    if (commands(value)[which]((part) => fits(pattern, part))) return true;
    // What cannot be read may be what the rule is about
    return which === 'some' && runCommands(value).some((each) => each === undefined || fits(pattern, each));
  }
  if (!files.has(name)) return fits(pattern, value);
  const path = normalPath(value);
  return fits(pattern, path) || (path.startsWith(WORKSPACE) && fits(pattern, path.slice(WORKSPACE.length)));
}

/** `a && b; c $(d) | e` are five commands. Cut too often rather than too rarely: who asks, errs on the safe side. */
const commands = (line: string): string[] =>
  line
    .split(/[;|&\n`()<>]/)
    .map((part) => part.replace(/\$$/, '').trim())
    .filter((part) => part !== '');

/** `*` stands for anything, also for nothing and for slashes; everything else for itself. */
export function fits(pattern: string, value: string): boolean {
  const pieces = pattern.split(/\*+/);
  const [first = ''] = pieces;
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return pattern === value;
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length)
    return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = value.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= value.length - last.length;
}
