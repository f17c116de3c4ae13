import type { ServerEvent } from '#protocol/server-event.ts';
import { readContent } from '#web/core/message-content.ts';
import {
  addItem,
  appendText,
  changeCall,
  closeText,
  dropUnfinished,
  interruptCalls,
  markStopped,
  replaceText,
  resultState,
} from '#web/core/thread-items.ts';
import type { Thread, UserItem } from '#web/core/thread.ts';
import { waitingOf, type Waiting } from '#web/core/waiting.ts';

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
      return goOn(thread, appendText(thread.items, { text: event.text, key, at }));
    case 'assistant_text':
      return goOn(thread, replaceText(thread.items, { text: event.text, key, at }));
    case 'content_block': {
      const thinking = event.block['thinking'];
      if (typeof thinking !== 'string' || event.parent_tool_use_id !== undefined) return thread;
      return goOn(thread, addItem(thread.items, { kind: 'thought', key, text: thinking }));
    }
    case 'tool_use':
      return goOn(
        thread,
        addItem(thread.items, {
          kind: 'tool',
          key,
          id: event.id,
          name: event.name,
          input: event.input,
          parent: event.parent_tool_use_id ?? null,
          state: thread.waiting.some(({ id }) => id === event.id) ? 'waiting' : 'running',
          output: '',
        }),
      );
    case 'tool_result':
      return {
        ...thread,
        running: true,
        waiting: withoutCall(thread.waiting, event.tool_use_id),
        items: changeCall(thread.items, event.tool_use_id, (call) => ({
          ...call,
          state: resultState(event.content, event.is_error),
          output: event.content,
        })),
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
      return endTurn(thread);
    case 'cancelled':
      return endTurn({ ...thread, items: markStopped(thread.items) });
    case 'reply_taken':
      return {
        ...thread,
        waiting: withoutCall(thread.waiting, event.tool_use_id),
        items: changeCall(thread.items, event.tool_use_id, (call) =>
          call.state === 'waiting' ? { ...call, state: 'running' } : call,
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

const goOn = (thread: Thread, items: Thread['items']): Thread => ({ ...thread, running: true, items });

function acceptPrompt(thread: Thread, prompt: Omit<UserItem, 'kind'>): Thread {
  // A turn that is interrupted before its first step tells its prompt once more
  const isShown = thread.items.some((item) => item.kind === 'user' && item.key === prompt.key);
  const accepted = isShown ? thread : goOn(thread, addItem(thread.items, { kind: 'user', ...prompt }));
  const outbox = thread.outbox.filter((one) => one.key !== prompt.key);
  return { ...accepted, running: true, outbox };
}

/** Told again to each page that connects: then it is known already, with the reply that was given perhaps. */
function waitFor(thread: Thread, waiting: Waiting): Thread {
  if (thread.waiting.some(({ id }) => id === waiting.id)) return thread;
  return {
    ...thread,
    running: true,
    waiting: [...thread.waiting, waiting],
    // The stored conversation has the call without a result
    items: changeCall(thread.items, waiting.id, (call) => ({ ...call, state: 'waiting' })),
  };
}

const withoutCall = (waiting: readonly Waiting[], id: string | undefined): readonly Waiting[] =>
  waiting.filter((one) => one.id !== id);

/** Nothing runs any more, and nothing is waited for. */
export const endTurn = (thread: Thread): Thread => ({
  ...thread,
  running: false,
  stopping: false,
  waiting: [],
  items: interruptCalls(closeText(thread.items)),
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
