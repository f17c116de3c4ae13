import { isRecord } from '#web/core/shape.ts';
import { words } from '#web/core/words.ts';

type Input = Readonly<Record<string, unknown>>;
type Fact = readonly [name: keyof typeof words.tools.facts, value: string];

/** Calls that a few labelled values say in full, or a list. `line` is for the closed card. */
export interface ToolFacts {
  readonly kind: 'facts';
  readonly line: string;
  readonly facts: readonly Fact[];
}
export interface TodoList {
  readonly kind: 'todos';
  readonly line: string;
  readonly todos: readonly Todo[];
}
interface Todo {
  readonly content: string;
  readonly status: keyof typeof words.tools.statuses;
}

/** Null for a tool of another kind, or input of an unexpected form. */
export function viewFacts(name: string, input: Input): ToolFacts | TodoList | null {
  const query = text(input['query']);
  const skill = text(input['skill']);
  const task = text(input['taskId']);
  const subject = text(input['subject']);
  if (name === 'WebSearch' && query !== '') {
    const domains = texts(input['allowed_domains']);
    return facts(joined(query, domains), [
      ['query', query],
      ['domains', domains],
      ['without', texts(input['blocked_domains'])],
    ]);
  }
  if (name === 'Skill' && skill !== '')
    return facts(skill, [
      ['skill', skill],
      ['about', text(input['args'])],
    ]);
  if (name === 'TaskCreate' && subject !== '')
    return facts(subject, [['subject', subject], ...taskDetails(input)]);
  if ((name === 'TaskUpdate' || name === 'TaskGet') && task !== '') {
    const status = isStatus(input['status']) ? words.tools.statuses[input['status']] : '';
    return facts(joined(`#${task}`, status, subject), [
      ['task', `#${task}`],
      ['status', status],
      ['subject', subject],
      ...taskDetails(input),
    ]);
  }
  return name === 'TodoWrite' ? viewTodos(input['todos']) : null;
}

function viewTodos(given: unknown): TodoList | null {
  if (!Array.isArray(given)) return null;
  const todos = given.flatMap((one: unknown): Todo[] => {
    if (!isRecord(one) || typeof one['content'] !== 'string' || !isStatus(one['status'])) return [];
    return [{ content: one['content'], status: one['status'] }];
  });
  if (todos.length < given.length) return null;
  const done = todos.filter(({ status }) => status === 'completed').length;
  const now = todos.find(({ status }) => status === 'in_progress')?.content ?? '';
  return { kind: 'todos', line: joined(words.tools.progress(done, todos.length), now), todos };
}

const facts = (line: string, all: readonly Fact[]): ToolFacts => ({
  kind: 'facts',
  line,
  facts: all.filter(([, value]) => value !== ''),
});

const taskDetails = (input: Input): Fact[] => [
  ['about', text(input['description'])],
  ['owner', text(input['owner'])],
  ['after', texts(input['addBlockedBy'])],
  ['before', texts(input['addBlocks'])],
];

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const texts = (value: unknown): string => (Array.isArray(value) ? value.map(text).join(', ') : '');
const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ');

const isStatus = (value: unknown): value is Todo['status'] =>
  typeof value === 'string' && Object.hasOwn(words.tools.statuses, value);
