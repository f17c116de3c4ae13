import type { Done, ServerEvent } from '#protocol/server-event.ts';
import { readContent } from '#web/core/message-content.ts';
import { waitingOf, type Waiting } from '#web/core/waiting.ts';

/** One entry of a conversation as it is shown. `key` stays the same for its whole life; `at` is ms since 1970. */
export type Item =
  | UserItem
  | {
      readonly kind: 'assistant';
      readonly key: string;
      readonly text: string;
      /** Further deltas belong to it. */
      readonly open: boolean;
      /** The user stopped it here. */
      readonly stopped?: true;
      readonly at: number;
    }
  | { readonly kind: 'thought'; readonly key: string; readonly text: string }
  | ToolItem
  /** From here on the agent has this text for all above it. */
  | { readonly kind: 'summary'; readonly key: string; readonly text: string }
  | { readonly kind: 'error'; readonly key: string; readonly text: string };

export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly at: number;
}

export interface ToolItem {
  readonly kind: 'tool';
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The call of the sub-agent that made this one. */
  readonly parent: string | null;
  /** `waiting`: for a person. */
  readonly state: 'running' | 'waiting' | 'done' | 'failed' | 'interrupted';
  readonly output: string;
}

/** A prompt of this page that the server has not confirmed yet. Its key is the `message_id` it is sent with. */
interface Outgoing extends UserItem {
  readonly failed: boolean;
}

export interface Thread {
  readonly items: readonly Item[];
  readonly outbox: readonly Outgoing[];
  /** Written while a reply was running, to be sent after it. */
  readonly queue: readonly UserItem[];
  /** What the agent waits for, oldest first. */
  readonly waiting: readonly Waiting[];
  /** The highest position of the session's stream seen so far. */
  readonly lastEvent: number;
  readonly running: boolean;
  readonly stopping: boolean;
  /** A summary is being written. */
  readonly compacting: boolean;
  readonly lastTurn: Done | null;
}

export const emptyThread: Thread = {
  items: [],
  outbox: [],
  queue: [],
  waiting: [],
  lastEvent: 0,
  running: false,
  stopping: false,
  compacting: false,
  lastTurn: null,
};

/** Something waits for an answer that was not given on this page yet. */
export const isAsked = (thread: Thread): boolean => thread.waiting.some(({ reply }) => reply === null);

const INTERRUPTED = '[Request interrupted by user]';

export const resultState = (output: string, isError: boolean | null): ToolItem['state'] => {
  if (output.includes(INTERRUPTED)) return 'interrupted';
  return isError === true ? 'failed' : 'done';
};

/**
 * Contract: an event that was seen before (by `event_id`) changes nothing, and of a delta that was partly seen only
 * the new part counts; so replays after a reconnection neither lose nor double anything.
 */
export function reduce(thread: Thread, event: ServerEvent, at: number): Thread {
  const position = 'event_id' in event ? event.event_id : undefined;
  if (position === undefined) return apply(thread, event, at);
  if (position <= thread.lastEvent) return thread;
  const fresh =
    event.type === 'text_delta' && position - event.text.length < thread.lastEvent
      ? { ...event, text: event.text.slice(thread.lastEvent - position) }
      : event;
  return { ...apply({ ...thread, compacting: false }, fresh, at), lastEvent: position };
}

function apply(thread: Thread, event: ServerEvent, at: number): Thread {
  const key = `e${'event_id' in event && event.event_id !== undefined ? event.event_id : `-${thread.items.length}`}`;
  switch (event.type) {
    case 'session_id':
      return { ...thread, running: true };
    case 'user_message':
      return acceptPrompt(thread, { ...readContent(event.content), key: event.message_id ?? key, at });
    case 'text_delta':
      // A sub-agent's words are not part of the conversation: its answer comes as the result of its call.
      if (event.parent_tool_use_id !== undefined || event.text === '') return thread;
      return appendText(thread, event.text, key, at);
    case 'assistant_text':
      return replaceText(thread, event.text, key, at);
    case 'content_block': {
      const thinking = event.block['thinking'];
      if (typeof thinking !== 'string' || event.parent_tool_use_id !== undefined) return thread;
      return push(thread, { kind: 'thought', key, text: thinking });
    }
    case 'tool_use':
      return push(thread, {
        kind: 'tool',
        key,
        id: event.id,
        name: event.name,
        input: event.input,
        parent: event.parent_tool_use_id ?? null,
        state: thread.waiting.some(({ id }) => id === event.id) ? 'waiting' : 'running',
        output: '',
      });
    case 'tool_result':
      return {
        ...thread,
        running: true,
        waiting: withoutCall(thread.waiting, event.tool_use_id),
        items: thread.items.map((item) =>
          item.kind === 'tool' && item.id === event.tool_use_id
            ? { ...item, state: resultState(event.content, event.is_error), output: event.content }
            : item,
        ),
      };
    case 'ask_user_question':
    case 'plan_approval':
    case 'approval_request':
      return waitFor(thread, waitingOf(event));
    case 'turn_resumed':
      return { ...thread, running: true, items: dropUnfinished(thread.items) };
    case 'compact_started':
      return { ...thread, compacting: true, items: closeText(thread.items) };
    case 'compact_completed':
      return { ...thread, items: [...thread.items, { kind: 'summary', key, text: event.summary }] };
    case 'done':
      return { ...endTurn(thread), lastTurn: event };
    case 'cancelled':
      return endTurn({ ...thread, items: markStopped(thread.items) });
    case 'reply_taken':
      return {
        ...thread,
        waiting: withoutCall(thread.waiting, event.tool_use_id),
        items: thread.items.map((item) =>
          item.kind === 'tool' && item.id === event.tool_use_id && item.state === 'waiting'
            ? { ...item, state: 'running' }
            : item,
        ),
      };
    case 'error': {
      // Numbered, it belongs to the conversation; else something this page sent was refused: a reply, or a prompt
      if (event.event_id === undefined && event.tool_use_id === undefined)
        return refuse(thread, event.error, key);
      return {
        ...thread,
        waiting: withoutCall(thread.waiting, event.tool_use_id),
        items: [...thread.items, { kind: 'error', key, text: event.error }],
      };
    }
    case 'ready':
    case 'permission_mode':
    case 'file_uploaded':
    case 'file_deleted':
      return thread;
  }
}

/** Closes the message that deltas were going to, and adds `item` after it. */
const push = (thread: Thread, item: Item): Thread => ({
  ...thread,
  running: true,
  items: [...closeText(thread.items), item],
});

const closeText = (items: readonly Item[]): readonly Item[] => {
  const index = items.findLastIndex((item) => item.kind === 'assistant' && item.open);
  const item = items[index];
  return item?.kind === 'assistant' ? items.with(index, { ...item, open: false }) : items;
};

/** Thoughts and text of a message that was cut off: it will be written anew. */
const dropUnfinished = (items: readonly Item[]): readonly Item[] => {
  const isVoid = (item: Item) => item.kind === 'thought' || (item.kind === 'assistant' && item.open);
  return items.slice(0, items.findLastIndex((item) => !isVoid(item)) + 1);
};

function acceptPrompt(thread: Thread, prompt: Omit<UserItem, 'kind'>): Thread {
  // A turn that is interrupted before its first step tells its prompt once more
  const isShown = thread.items.some((item) => item.kind === 'user' && item.key === prompt.key);
  const accepted = isShown ? thread : push(thread, { kind: 'user', ...prompt });
  const outbox = thread.outbox.filter((one) => one.key !== prompt.key);
  return { ...accepted, running: true, outbox };
}

function appendText(thread: Thread, text: string, key: string, at: number): Thread {
  const last = thread.items.at(-1);
  if (last?.kind !== 'assistant' || !last.open)
    return push(thread, { kind: 'assistant', key, text, open: true, at });
  return {
    ...thread,
    running: true,
    items: [...thread.items.slice(0, -1), { ...last, text: last.text + text }],
  };
}

function replaceText(thread: Thread, text: string, key: string, at: number): Thread {
  const last = thread.items.at(-1);
  if (last?.kind !== 'assistant' || !last.open)
    return push(thread, { kind: 'assistant', key, text, open: false, at });
  return {
    ...thread,
    running: true,
    items: [...thread.items.slice(0, -1), { ...last, text, open: false }],
  };
}

/** Told again to each page that connects: then it is known already, with the reply that was given perhaps. */
function waitFor(thread: Thread, waiting: Waiting): Thread {
  if (thread.waiting.some(({ id }) => id === waiting.id)) return thread;
  return {
    ...thread,
    running: true,
    waiting: [...thread.waiting, waiting],
    // The stored conversation has the call without a result
    items: thread.items.map((item) =>
      item.kind === 'tool' && item.id === waiting.id ? { ...item, state: 'waiting' } : item,
    ),
  };
}

const withoutCall = (waiting: readonly Waiting[], id: string | undefined): readonly Waiting[] =>
  waiting.filter((one) => one.id !== id);

/** Half an answer must not look like a whole one. */
const markStopped = (items: readonly Item[]): readonly Item[] => {
  const last = items.at(-1);
  return last?.kind === 'assistant' ? [...items.slice(0, -1), { ...last, stopped: true }] : items;
};

/** What has no result by now will never have one. */
export const endTurn = (thread: Thread): Thread => ({
  ...thread,
  running: false,
  stopping: false,
  waiting: [],
  items: closeText(thread.items).map((item) =>
    item.kind === 'tool' && (item.state === 'running' || item.state === 'waiting')
      ? { ...item, state: 'interrupted' }
      : item,
  ),
});

/** The event does not say which frame was refused: the oldest unconfirmed prompt is the one. */
function refuse(thread: Thread, text: string, key: string): Thread {
  const refused = thread.outbox.find((one) => !one.failed);
  return {
    ...thread,
    items: [...thread.items, { kind: 'error', key, text }],
    outbox: thread.outbox.map((one) => (one === refused ? { ...one, failed: true } : one)),
  };
}
