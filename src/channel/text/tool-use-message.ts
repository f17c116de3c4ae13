import { z } from 'zod';
import { codeBlock, escapeMarkdown, inlineCode, shorten } from './escape-markdown.ts';
import { shortToolName } from './tool-name.ts';

/** What the model gave, as far as it has the form a tool has: a wrong field is as good as none. */
const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const edit = z.object({ old_string: text, new_string: text });
const Input = z.object({
  file_path: text,
  notebook_path: text,
  offset: number,
  limit: number,
  content: text,
  old_string: text,
  new_string: text,
  new_source: text,
  replace_all: z.boolean().optional().catch(undefined),
  edits: z.array(edit).optional().catch(undefined),
  pattern: text,
  path: text,
  glob: text,
  command: text,
  description: text,
  subagent_type: text,
  prompt: text,
  url: text,
  query: text,
  todos: z
    .array(z.object({ content: z.string(), status: text }))
    .optional()
    .catch(undefined),
});
type Input = z.infer<typeof Input>;

type Part = string | false | undefined | null;

const code = (value: string | undefined, before = '', most = 300): Part =>
  value !== undefined && value !== '' && `${before}${inlineCode(shorten(value, most))}`;

const lineCount = (value: string): number => value.split('\n').length;
const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;

const modifying = (input: Input): Part[] => [
  '✏️ **Modifying**',
  code(input.file_path ?? input.notebook_path),
  replacement(input),
];

const agentTask = (input: Input): Part[] => [
  '🤖 **Agent task**',
  input.description && `_${escapeMarkdown(shorten(input.description, 300).trim())}_`,
  input.subagent_type && `Type: ${escapeMarkdown(shorten(input.subagent_type, 300))}`,
  input.prompt && codeBlock(shorten(input.prompt, 150)),
];

const messages = new Map<string, (input: Input) => Part[]>([
  ['Read', (input) => ['📄 **Reading**', code(input.file_path), range(input)]],
  [
    'Write',
    ({ file_path, content }) => [
      '💾 **Saving**',
      code(file_path),
      content !== undefined && content !== '' && `(${lineCount(content)} lines)`,
    ],
  ],
  ['Edit', modifying],
  ['MultiEdit', modifying],
  ['NotebookEdit', modifying],
  ['Glob', (input) => ['📁 **Finding files**', code(input.pattern, 'Pattern: '), code(input.path, 'In: ')]],
  [
    'Grep',
    (input) => [
      '🔍 **Searching**',
      code(input.pattern, '', 100),
      code(input.path, 'in '),
      code(input.glob, 'files: '),
    ],
  ],
  [
    'Bash',
    ({ description, command }) => [
      '⚙️ **Executing**',
      description && escapeMarkdown(shorten(description, 300)),
      command && codeBlock(shorten(firstLines(command), 300)),
    ],
  ],
  ['Task', agentTask],
  ['Agent', agentTask],
  ['WebFetch', (input) => ['🌐 **Fetching**', code(input.url)]],
  ['WebSearch', ({ query }) => ['🔎 **Web search**', query && `"${escapeMarkdown(shorten(query, 100))}"`]],
  ['TodoWrite', ({ todos }) => ['📝 **Tasks**', ...(todos ?? []).map(checklistItem)]],
]);

/** The message that tells of a tool call. `input` is what the model gave. */
export function toolUseMessage(name: string, input: unknown): string {
  const message = messages.get(name);
  const parsed = Input.safeParse(input);
  const parts =
    message !== undefined && parsed.success ? message(parsed.data) : anyTool(shortToolName(name), input);
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n');
}

function anyTool(name: string, input: unknown): Part[] {
  const json = JSON.stringify(input, null, 2);
  const isEmpty = input === null || input === undefined || input === '' || json === '{}' || json === '[]';
  return [`🔧 **${escapeMarkdown(name)}**`, !isEmpty && codeBlock(shorten(json, 300))];
}

function range({ offset, limit }: Input): Part {
  const parts = [
    ...(offset === undefined ? [] : [`from line ${offset}`]),
    ...(limit === undefined ? [] : [`${limit} lines`]),
  ];
  return parts.length > 0 && `(${parts.join(', ')})`;
}

function replacement({ old_string, new_string, new_source, replace_all, edits = [] }: Input): Part {
  const before = [old_string, ...edits.map((one) => one.old_string)].filter((one) => one !== undefined);
  const after = [new_string ?? new_source, ...edits.map((one) => one.new_string)].filter(
    (one) => one !== undefined,
  );
  const count = (texts: readonly string[]) =>
    lines(texts.reduce((sum, one) => sum + lineCount(one.trim()), 0));
  return [
    ...(before.length === 0 ? [] : [`replacing ${count(before)}`]),
    ...(after.length === 0 ? [] : [`with ${count(after)}`]),
    ...(replace_all === true ? ['(all occurrences)'] : []),
  ].join(' ');
}

function firstLines(command: string): string {
  const all = command.split('\n');
  return all.length <= 3 ? command : `${all.slice(0, 3).join('\n')}\n  … (+${all.length - 3} more lines)`;
}

function checklistItem({ content, status }: { content: string; status?: string | undefined }): string {
  const words = escapeMarkdown(shorten(content.replace(/\s*\n\s*/g, ' ').trim(), 300));
  return `- [${status === 'completed' ? 'x' : ' '}] ${status === 'in_progress' ? `**${words}**` : words}`;
}
