import type { Channel } from '#channel/channel.ts';
import { fileOf, type Delivered } from '#channel/deliver-file.ts';
import { addToOutbox, type Outgoing } from '#channel/outbox.ts';
import { questionOf } from '#channel/question.ts';
import { addQuestion, closeQuestion } from '#channel/questions.ts';
import type { GrowingText } from '#channel/show-growing-text.ts';
import { nothingSaid, summarised, turnFailed } from '#channel/text/notices.ts';
import { toolResultMessage } from '#channel/text/tool-result-message.ts';
import { toolUseMessage } from '#channel/text/tool-use-message.ts';
import { deleteTurn, readTurn, type Turn } from '#channel/turn.ts';
import type { StreamEvent } from '#protocol/server-event.ts';

/** Shown as what they ask. */
const asking: ReadonlySet<string> = new Set(['AskUserQuestion', 'ExitPlanMode']);

/**
 * Makes messages of an event of the session. Contract: the messages, and the position behind the event, are stored in
 * one transaction. True: the turn is over.
 */
export async function applyEvent(
  channel: Channel,
  event: StreamEvent,
  growing: GrowingText,
): Promise<boolean> {
  // Of a message that grows already, nothing need be looked up
  if (event.type === 'text_delta' && event.parent_tool_use_id === undefined && growing.text() !== '') {
    growing.add(event.text);
    return false;
  }
  const turn = readTurn(channel.sql);
  if (turn === undefined) return true;
  if (turn.started === 0) return begin(channel, turn, event);
  switch (event.type) {
    case 'text_delta':
      if (event.parent_tool_use_id === undefined) growing.add(event.text);
      return false;
    case 'assistant_text':
      store(channel, event, () => say(channel, event.text));
      growing.clear();
      return false;
    case 'tool_use':
      if (event.parent_tool_use_id === undefined) store(channel, event, () => called(channel, turn, event));
      return false;
    case 'tool_result': {
      const delivered = await fileFrom(channel, turn, event);
      store(channel, event, () => returned(channel, turn, event, delivered));
      return false;
    }
    case 'compact_completed':
      store(channel, event, () => say(channel, summarised));
      return false;
    case 'turn_resumed':
      growing.clear();
      return false;
    case 'done':
    case 'cancelled': {
      const unfinished = growing.text();
      growing.clear();
      channel.transaction(() => end(channel, event.type, unfinished));
      channel.kick('inbox');
      channel.kick('outbox');
      return true;
    }
    default: {
      const question = questionOf(event);
      if (question !== undefined)
        store(channel, event, () => {
          flush(channel);
          addQuestion(channel, question);
          count(channel);
        });
      return false;
    }
  }
}

/** The turn cannot be followed any more. */
export function failTurn(channel: Channel): void {
  channel.log.error('turn_lost', { channel: channel.platformName });
  channel.transaction(() => {
    flush(channel);
    // What the chat was shown of an answer stays there
    channel.sql.exec('UPDATE turn SET growing = NULL');
    answer(channel, turnFailed);
    deleteTurn(channel.sql);
  });
  channel.kick('inbox');
  channel.kick('outbox');
}

/** Until its own prompt, the stream tells of other turns: somebody else is in the same session. */
function begin(channel: Channel, turn: Turn, event: StreamEvent): boolean {
  if (event.type === 'user_message' && event.message_id === turn.message_id) {
    channel.sql.exec(
      'UPDATE turn SET started = 1, attempts = 0, position = ?',
      event.event_id ?? turn.position,
    );
    if (turn.stop === 1) channel.kick('turn');
  }
  return false;
}

function store(channel: Channel, event: StreamEvent, act: () => void): void {
  channel.transaction(() => {
    // It may have moved to another chat while a file of it was looked up
    if (readTurn(channel.sql) === undefined) return;
    act();
    channel.sql.exec(
      'UPDATE turn SET attempts = 0, position = max(position, ?)',
      'event_id' in event ? (event.event_id ?? 0) : 0,
    );
  });
  channel.kick('outbox');
}

/** Said at once, or held back until more can be said with it. */
function say(channel: Channel, text: string): void {
  const turn = readTurn(channel.sql);
  if (turn === undefined || text.trim() === '') return;
  if (turn.verbosity !== 'silent' && !channel.platform.limits.coalesce) return answer(channel, text.trim());
  const isLastAlone = turn.verbosity === 'silent' || turn.held === '';
  channel.sql.exec('UPDATE turn SET held = ?', isLastAlone ? text.trim() : `${turn.held}\n\n${text.trim()}`);
}

function flush(channel: Channel): void {
  const held = readTurn(channel.sql)?.held ?? '';
  if (held === '') return;
  channel.sql.exec("UPDATE turn SET held = ''");
  answer(channel, held);
}

const answer = (channel: Channel, markdown: string): void =>
  put(channel, { kind: 'answer', content: { kind: 'text', markdown } });

function put(channel: Channel, outgoing: Outgoing): void {
  addToOutbox(channel, { ...outgoing, quotes: readTurn(channel.sql)?.said === 0 });
  count(channel);
}

const count = ({ sql }: Channel): void => void sql.exec('UPDATE turn SET said = said + 1');

/** Where each message costs, what tools do is part of the one that follows. */
const tell = (channel: Channel, markdown: string): void =>
  channel.platform.limits.coalesce ? say(channel, markdown) : answer(channel, markdown);

function called(channel: Channel, turn: Turn, event: Extract<StreamEvent, { type: 'tool_use' }>): void {
  const path = event.input['file_path'];
  const call = { name: event.name, path: typeof path === 'string' ? path : null };
  channel.sql.exec('UPDATE turn SET calls = ?', JSON.stringify({ ...turn.calls, [event.id]: call }));
  if (turn.verbosity === 'full' && !asking.has(event.name))
    tell(channel, toolUseMessage(event.name, event.input));
}

function returned(
  channel: Channel,
  turn: Turn,
  event: Extract<StreamEvent, { type: 'tool_result' }>,
  delivered: Delivered | null,
): void {
  closeQuestion(channel, event.tool_use_id);
  if (event.parent_tool_use_id !== undefined) return;
  const { [event.tool_use_id]: call, ...others } = turn.calls;
  channel.sql.exec('UPDATE turn SET calls = ?', JSON.stringify(others));
  if (turn.verbosity === 'full' && !asking.has(call?.name ?? ''))
    tell(channel, toolResultMessage(call?.name ?? null, event.content, event.is_error === true));
  if (delivered === null) return;
  const isNew =
    channel.sql
      .exec(
        'INSERT OR IGNORE INTO delivered (path, version) VALUES (?, ?) RETURNING path',
        delivered.path,
        delivered.version,
      )
      .toArray().length > 0;
  if (!isNew) return;
  flush(channel);
  put(channel, delivered.outgoing);
}

async function fileFrom(
  channel: Channel,
  turn: Turn,
  event: Extract<StreamEvent, { type: 'tool_result' }>,
): Promise<Delivered | null> {
  const call = turn.calls[event.tool_use_id];
  if (call === undefined || event.is_error === true || event.parent_tool_use_id !== undefined) return null;
  return fileOf(channel, turn, call, event.content);
}

function end(channel: Channel, how: 'done' | 'cancelled', unfinished: string): void {
  const { sql } = channel;
  if (unfinished.trim() !== '') say(channel, unfinished);
  flush(channel);
  if (how === 'cancelled') answer(channel, 'Stopped.');
  else if (readTurn(sql)?.said === 0) answer(channel, nothingSaid);
  deleteTurn(sql);
}
