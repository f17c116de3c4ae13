import type { AssistantBlock, Message, ToolResultBlock, UserBlock } from '#protocol/message.ts';
import { repairResult, replaceMedia } from '#agent/repair-media.ts';

/** Stands where the API wants the user to have said something, and nobody has. */
const GO_ON: UserBlock = { type: 'text', text: 'Go on.' };

/**
 * The messages as the API takes them, whatever a crash, another provider or an older version left in them: every call
 * has one result, right after it and before all else; ids are unique; user and assistant alternate, from user to user;
 * nothing is blank, nothing is too large.
 *
 * Contract: messages that need no repair come back the same, byte for byte, so repairing twice changes nothing more. A
 * message is repaired by what stands before it alone: what was sent to get an answer is, block for block, the
 * beginning of all that is sent later. That is what the provider's cache and the signatures of thinking ask for; for
 * the same reason signed thinking stays wherever it stands, and the provider leaves out what it does not need.
 */
export function repairMessages(messages: readonly Message[]): Message[] {
  const repaired: Message[] = [];
  const ids = new Set<string>();
  for (const { answer, said } of rounds(messages)) {
    const calls = renameCalls(answer, ids);
    const content = sendable(calls.content);
    if (content.length > 0) repaired.push({ role: 'assistant', content });
    addUser(repaired, [...resultsOf(calls.renamed, said), ...said.flatMap(wordsOf)]);
  }
  return repaired;
}

interface Round {
  readonly answer: readonly AssistantBlock[];
  /** All that came before the next answer. */
  readonly said: readonly UserBlock[];
}

/** The first has no answer. Between any two of them the model was called. */
function rounds(messages: readonly Message[]): Round[] {
  let said: UserBlock[] = [];
  const all: Round[] = [{ answer: [], said }];
  for (const message of messages) {
    if (message.role === 'user') {
      said.push(...message.content);
    } else {
      said = [];
      all.push({ answer: message.content, said });
    }
  }
  return all;
}

interface RenamedCall {
  readonly was: string;
  readonly id: string;
}

/** Ids as the API wants them, and no id twice in a conversation: other providers count from 0 in every answer. */
function renameCalls(
  answer: readonly AssistantBlock[],
  ids: Set<string>,
): { readonly content: AssistantBlock[]; readonly renamed: RenamedCall[] } {
  const renamed: RenamedCall[] = [];
  const content = answer.map((block): AssistantBlock => {
    if (block.type !== 'tool_use') return block;
    const id = unused(block.id.replace(/[^A-Za-z0-9_-]/g, '_') || 'call', ids);
    ids.add(id);
    renamed.push({ was: block.id, id });
    const name = block.name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 128) || 'unknown';
    return { ...block, id, name, input: isObject(block.input) ? block.input : {} };
  });
  return { content, renamed };
}

function unused(id: string, ids: ReadonlySet<string>): string {
  let free = id;
  for (let number = 2; ids.has(free); number += 1) free = `${id}_${number}`;
  return free;
}

const isObject = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

/** What may be sent of an answer; nothing if it is but thoughts. An answer does not end with a thought. */
function sendable(content: readonly AssistantBlock[]): AssistantBlock[] {
  const kept = content.filter((block) => {
    if (block.type === 'text') return block.text.trim() !== '';
    return block.type !== 'thinking' || block.signature !== '';
  });
  const end = kept.findLastIndex(({ type }) => type === 'text' || type === 'tool_use');
  return kept.slice(0, end + 1);
}

/** One result for each call: the first that was given, in the order given, then what has to be made up. */
function resultsOf(calls: readonly RenamedCall[], said: readonly UserBlock[]): ToolResultBlock[] {
  const open = [...calls];
  const given = said.flatMap((block) => {
    if (block.type !== 'tool_result') return [];
    const index = open.findIndex(({ was }) => was === block.tool_use_id);
    const [call] = index === -1 ? [] : open.splice(index, 1);
    return call === undefined ? [] : [repairResult({ ...block, tool_use_id: call.id })];
  });
  const lost = open.map(({ id }): ToolResultBlock => ({
    type: 'tool_result',
    tool_use_id: id,
    content: 'The result of this call was lost. It may have run or not.',
    is_error: true,
  }));
  return [...given, ...lost];
}

function wordsOf(block: UserBlock): UserBlock[] {
  if (block.type === 'tool_result') return [];
  if (block.type === 'text') return block.text.trim() === '' ? [] : [block];
  return [replaceMedia(block)];
}

function addUser(messages: Message[], content: UserBlock[]): void {
  const last = messages.at(-1);
  if (last?.role === 'user') last.content.push(...content);
  else messages.push({ role: 'user', content: content.length > 0 ? content : [GO_ON] });
}
