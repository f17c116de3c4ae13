import type { ServerEvent } from '#protocol/server-event.ts';
import type { ChatState } from '#web/core/chat-state.ts';
import { reduce } from '#web/core/reduce-thread.ts';

export interface TakenEvents {
  readonly state: ChatState;
  /** The id that was told, if the connection has just become ready. */
  readonly workspace: string | null;
  readonly turnEnded: boolean;
}

/** What the page shows after these events, which came at `at` (milliseconds since 1970), and what else they say. */
export function takeEvents(before: ChatState, events: readonly ServerEvent[], at: number): TakenEvents {
  let { thread, sessionId, filesVersion, permissionMode } = before;
  let workspace: string | null = null;
  let turnEnded = false;
  for (const event of events) {
    thread = reduce(thread, event, at);
    if (event.type === 'session_id') sessionId = event.session_id;
    if (event.type === 'ready') workspace = event.cwd_id;
    if (event.type === 'file_uploaded' || event.type === 'file_deleted') filesVersion += 1;
    if (event.type === 'permission_mode') permissionMode = event.mode;
    if (event.type === 'done' || event.type === 'cancelled') turnEnded = true;
  }
  // Tools write files, too
  if (turnEnded) filesVersion += 1;
  return { state: { ...before, thread, sessionId, permissionMode, filesVersion }, workspace, turnEnded };
}
