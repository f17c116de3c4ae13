import type { PermissionMode } from '#protocol/server-event.ts';
import type { Connection } from '#web/core/socket.ts';
import { emptyThread, type Thread } from '#web/core/thread.ts';

/** What the page shows of the open conversation. */
export interface ChatState {
  /** Null until the server has named the session. */
  readonly sessionId: string | null;
  readonly agentId: string | null;
  readonly thread: Thread;
  readonly connection: Connection;
  readonly history: 'ready' | 'loading' | 'failed' | 'missing';
  /** What was chosen for this session; null: the agent's own. */
  readonly permissionMode: PermissionMode | null;
  /** Counts changes of the session's files. */
  readonly filesVersion: number;
}

/** A conversation that has not begun. */
export const blankChat = (agentId: string | null): ChatState => ({
  sessionId: null,
  agentId,
  thread: emptyThread,
  connection: { state: 'idle' },
  history: 'ready',
  permissionMode: null,
  filesVersion: 0,
});

/** A prompt sent now would have to wait. */
export const isBusy = (thread: Thread): boolean => thread.running || thread.outbox.some((one) => !one.failed);
