import { promptScript } from '#test/support/prompt-script.ts';
import type { Item } from '#web/core/thread.ts';

/** Milliseconds before each event of the fake model: slow enough to be killed in between. */
const DELAY_MS = 12;

/** A prompt whose answer has three model calls, and what must stand in the conversation when it has ended. */
export interface ScriptedTurn {
  readonly prompt: string;
  /** In the prompt and in each part of its answer, nowhere else. */
  readonly mark: string;
  /** As `shapeOf` tells it. */
  readonly expected: readonly string[];
}

export const STEPS_PER_TURN = 3;

/** About how long the turn takes when nothing disturbs it. */
export const TURN_MS = 2_300;

export const LOG_FILE = 'log.txt';

const question = {
  question: 'Go on?',
  header: '',
  options: [{ label: 'Yes', description: '' }],
  multiSelect: false,
};

const words = (mark: string, part: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${mark}-${part}${index} `);

/** Thinking, text and a slow command; text, a file and a second command, or a question; a last text. */
export function scriptedTurn(mark: string, { asks = false } = {}): ScriptedTurn {
  const thinking = words(mark, 'thought', 3);
  const texts = [words(mark, 'first', 12), words(mark, 'second', 3), words(mark, 'third', 15)] as const;
  const log = {
    tool: 'Bash',
    id: `${mark}-log`,
    input: { command: `echo ${mark} >> output/${LOG_FILE}; sleep 1; echo ${mark} is logged` },
  };
  const write = {
    tool: 'Write',
    id: `${mark}-write`,
    input: { file_path: `/workspace/output/${mark}.md`, content: `# ${mark}` },
  };
  const read = {
    tool: 'Bash',
    id: `${mark}-read`,
    input: { command: `sleep 0.4; cat output/${mark}.md` },
  };
  const ask = { tool: 'AskUserQuestion', id: `${mark}-ask`, input: { questions: [question] } };
  const second = asks ? ask : read;
  const prompt = promptScript(
    { blocks: [{ thinking, signature: `signed ${mark}` }, { text: texts[0] }, log], delayMs: DELAY_MS },
    { blocks: [{ text: texts[1] }, write, second], delayMs: DELAY_MS },
    { blocks: [{ text: texts[2] }], delayMs: DELAY_MS },
  );
  const call = ({ id, tool, input }: { id: string; tool: string; input: object }) =>
    `call ${id} ${tool} ${JSON.stringify(input)} done`;
  return {
    prompt,
    mark,
    expected: [
      `user ${prompt}`,
      `thought ${thinking.join('')}`,
      `text ${texts[0].join('')}`,
      call(log),
      `text ${texts[1].join('')}`,
      call(write),
      call(second),
      `text ${texts[2].join('')}`,
    ],
  };
}

/** A shown thing in one line, without what a tool said: a repeated call may say something else. */
export function shapeOf(item: Item): string {
  switch (item.kind) {
    case 'user':
    case 'summary':
    case 'error':
      return `${item.kind} ${item.text}`;
    case 'thought':
      return `thought ${item.text}`;
    case 'assistant':
      return `text ${item.text}${item.open ? ' (unfinished)' : ''}`;
    case 'tool':
      return `call ${item.id} ${item.name} ${JSON.stringify(item.input)} ${item.state}`;
  }
}

export const withOutput = (item: Item): string =>
  item.kind === 'tool' ? `${shapeOf(item)} ${item.output}` : shapeOf(item);
