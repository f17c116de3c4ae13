import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import type { Item } from '#web/core/thread.ts';

/** Milliseconds before each event of the fake model: slow enough to be killed in between. */
const DELAY_MS = 12;

export const WORKER = 'worker';
export const OUTWARD_SERVER = 'post';
export const CONSENT_RULE = 'Bash(echo consent*)';

/** What the turn does in its second step, beside writing a file. */
export type Act = 'read' | 'ask' | 'plan' | 'need consent' | 'send' | 'delegate' | 'delegate aside';

/** A prompt whose answer has several model calls, and what must stand in the conversation when it has ended. */
export interface ScriptedTurn {
  readonly prompt: string;
  /** In the prompt and in each part of its answer, nowhere else. */
  readonly mark: string;
  /** As `shapeOf` tells it. */
  readonly expected: readonly string[];
  /** Model calls of the agent itself, and of its subagents. */
  readonly steps: number;
  readonly stepsInside: number;
  /** The ids of calls that send the letter of the same name. */
  readonly letters: readonly string[];
}

/** About how long the turn takes when nothing disturbs it. */
export const TURN_MS = 2_300;

export const LOG_FILE = 'log.txt';

/** What a person answers. */
export const YES = 'Yes';

const question = {
  question: 'Go on?',
  header: '',
  options: [YES, 'No'].map((label) => ({ label, description: '' })),
  multiSelect: false,
};

const words = (mark: string, part: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${mark}-${part}${index} `);

interface Call {
  readonly tool: string;
  readonly id: string;
  readonly input: object;
  /** The call of the subagent that makes it. */
  readonly parent?: string;
}

/** Thinking, text and a slow command; text, a file and what the turn is about; a last text. */
export function scriptedTurn(mark: string, act: Act = 'read'): ScriptedTurn {
  const thinking = words(mark, 'thought', 3);
  const texts = [words(mark, 'first', 12), words(mark, 'second', 3), words(mark, 'third', 15)] as const;
  const bash = (name: string, command: string) => ({
    tool: 'Bash',
    id: `${mark}-${name}`,
    input: { command },
  });
  const log = bash('log', `echo ${mark} >> output/${LOG_FILE}; sleep 1; echo ${mark} is logged`);
  const path = `/workspace/output/${mark}.md`;
  const write = { tool: 'Write', id: `${mark}-write`, input: { file_path: path, content: `# ${mark}` } };
  const { call, inside = [], later = [] } = acts[act](mark, bash);
  const prompt = promptScript(
    { blocks: [{ thinking, signature: `signed ${mark}` }, { text: texts[0] }, log], delayMs: DELAY_MS },
    { blocks: [{ text: texts[1] }, write, call], delayMs: DELAY_MS },
    ...later.map((each) => ({ blocks: [each], delayMs: DELAY_MS })),
    { blocks: [{ text: texts[2] }], delayMs: DELAY_MS },
  );
  const calls = [call, ...inside, ...later];
  return {
    prompt,
    mark,
    expected: [
      `user ${prompt}`,
      `thought ${thinking.join('')}`,
      `text ${texts[0].join('')}`,
      callShape(log, 'done'),
      `text ${texts[1].join('')}`,
      ...[write, ...calls].map((each) => callShape(each, 'done')),
      `text ${texts[2].join('')}`,
    ],
    steps: 3 + later.length,
    stepsInside: inside.length === 0 ? 0 : inside.length + 1,
    letters: calls.flatMap(({ id, tool }) => (tool === SEND ? [id] : [])),
  };
}

export const SEND = `mcp__${OUTWARD_SERVER}__send`;

interface Doing {
  readonly call: Call;
  /** What a subagent calls, one after the other. */
  readonly inside?: readonly Call[];
  /** Calls of the steps after it. */
  readonly later?: readonly Call[];
}

const acts: Readonly<Record<Act, (mark: string, bash: (name: string, command: string) => Call) => Doing>> = {
  read: (mark, bash) => ({ call: bash('read', `sleep 0.4; cat output/${mark}.md`) }),
  ask: (mark) => ({ call: { tool: 'AskUserQuestion', id: `${mark}-ask`, input: { questions: [question] } } }),
  plan: (mark) => ({
    call: { tool: 'ExitPlanMode', id: `${mark}-plan`, input: { plan: `# ${mark}\n\n1. Go on` } },
  }),
  'need consent': (mark, bash) => ({ call: bash('consent', `echo consent to ${mark}`) }),
  send: (mark) => ({ call: send(`${mark}-send`) }),
  delegate: (mark, bash) => delegate(mark, bash, false),
  'delegate aside': (mark, bash) => ({
    ...delegate(mark, bash, true),
    later: [{ tool: 'TaskOutput', id: `${mark}-look`, input: { task_id: `${mark}-task` } }],
  }),
};

const send = (id: string): Call => ({ tool: SEND, id, input: { letter: id } });

function delegate(
  mark: string,
  bash: (name: string, command: string) => Call,
  aside: boolean,
): Required<Pick<Doing, 'call' | 'inside'>> {
  const id = `${mark}-task`;
  const inside = [bash('inner', `sleep 0.3; echo ${mark} inside`), send(`${mark}-inner-send`)];
  const steps = [...inside, { text: [`${mark} report`] }].map((block): FakeAnswer => ({
    blocks: [block],
    delayMs: DELAY_MS,
  }));
  const input = { description: 'a part', prompt: promptScript(...steps), subagent_type: WORKER };
  return {
    call: { tool: 'Task', id, input: { ...input, ...(aside && { run_in_background: true }) } },
    inside: inside.map((call) => ({ ...call, parent: id })),
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
    case 'tool': {
      const { id, name: tool, input, parent } = item;
      // How a letter fared may not be known after a kill
      const state = tool === SEND && item.state === 'failed' ? 'done' : item.state;
      return callShape({ id, tool, input, ...(parent !== null && { parent }) }, state);
    }
  }
}

const callShape = ({ id, tool, input, parent }: Call, state: string): string =>
  `${parent === undefined ? 'call' : `inside ${parent}`} ${id} ${tool} ${JSON.stringify(input)} ${state}`;

/** Calls of a subagent in the background stand wherever they were made. */
export const inPlace = (shapes: readonly string[]): readonly string[] =>
  shapes.toSorted((left, right) => Number(left.startsWith('inside ')) - Number(right.startsWith('inside ')));

export const withOutput = (item: Item): string =>
  item.kind === 'tool' ? `${shapeOf(item)} ${item.output}` : shapeOf(item);
