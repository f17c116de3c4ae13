import { viewFacts, type TodoList, type ToolFacts } from '#web/core/tool-facts.ts';

/** What a tool card says about a call. Input is whatever a model wrote: nothing about its form is taken for granted. */

type Input = Readonly<Record<string, unknown>>;

const text = (input: Input, name: string): string | null => {
  const value = input[name];
  return typeof value === 'string' ? value : null;
};
const count = (input: Input, name: string): number | null => {
  const value = input[name];
  return typeof value === 'number' ? value : null;
};

export type ToolView =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly about: string | null;
      readonly timeout: number | null;
    }
  | {
      readonly kind: 'read';
      readonly path: string;
      readonly offset: number | null;
      readonly limit: number | null;
    }
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | {
      readonly kind: 'edit';
      readonly path: string;
      readonly before: string;
      readonly after: string;
      readonly all: boolean;
    }
  | {
      readonly kind: 'search';
      readonly pattern: string;
      readonly path: string | null;
      readonly glob: string | null;
    }
  | { readonly kind: 'fetch'; readonly url: string; readonly question: string | null }
  | {
      readonly kind: 'task';
      readonly subagent: string;
      readonly about: string | null;
      readonly prompt: string;
      readonly background: boolean;
    }
  | ToolFacts
  | TodoList
  | { readonly kind: 'json'; readonly json: string };

/** How the input of a call is shown. A known tool with unexpected input is shown as plain JSON. */
export function viewTool(name: string, input: Input): ToolView {
  const path = text(input, 'file_path');
  const command = text(input, 'command');
  const pattern = text(input, 'pattern');
  const content = text(input, 'content');
  const before = text(input, 'old_string');
  const after = text(input, 'new_string');
  if (name === 'Bash' && command !== null)
    return { kind: 'command', command, about: text(input, 'description'), timeout: count(input, 'timeout') };
  if ((name === 'Read' || name === 'send_file_to_chat') && path !== null)
    return { kind: 'read', path, offset: count(input, 'offset'), limit: count(input, 'limit') };
  if (name === 'Write' && path !== null && content !== null) return { kind: 'write', path, content };
  if (name === 'Edit' && path !== null && before !== null && after !== null)
    return { kind: 'edit', path, before, after, all: input['replace_all'] === true };
  if ((name === 'Grep' || name === 'Glob') && pattern !== null)
    return { kind: 'search', pattern, path: text(input, 'path'), glob: text(input, 'glob') };
  const url = text(input, 'url');
  if (name === 'WebFetch' && url !== null) return { kind: 'fetch', url, question: text(input, 'prompt') };
  const subagent = text(input, 'subagent_type');
  const prompt = text(input, 'prompt');
  if (name === 'Task' && subagent !== null && prompt !== null) {
    const background = input['run_in_background'] === true;
    return { kind: 'task', subagent, about: text(input, 'description'), prompt, background };
  }
  return viewFacts(name, input) ?? { kind: 'json', json: JSON.stringify(input, null, 2) };
}

const SUMMARY_LENGTH = 60;

/** One line for the closed card; empty when nothing short can be said. */
export function summarizeTool(name: string, input: Input): string {
  const view = viewTool(name, input);
  switch (view.kind) {
    case 'command':
      return shorten(view.command);
    case 'read':
    case 'write':
    case 'edit':
      return view.path.split('/').at(-1) ?? view.path;
    case 'search':
      return shorten(view.path === null ? view.pattern : `${view.pattern} in ${view.path}`);
    case 'fetch':
      return shorten(view.url);
    case 'task':
      return shorten(view.about === null ? view.subagent : `${view.subagent}: ${view.about}`);
    case 'facts':
    case 'todos':
      return shorten(view.line);
    case 'json':
      return '';
  }
}

const shorten = (line: string): string => {
  const flat = line.replace(/\s+/g, ' ').trim();
  return flat.length <= SUMMARY_LENGTH ? flat : `${flat.slice(0, SUMMARY_LENGTH - 1)}…`;
};
