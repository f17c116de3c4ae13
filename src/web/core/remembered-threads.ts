import type { Thread } from '#web/core/thread.ts';

interface Remembered {
  readonly thread: Thread;
  readonly agentId: string | null;
}

const LIMIT = 20;

/** What was shown of the conversations that were open last, so that going back to one shows it at once. */
export function createRememberedThreads() {
  const threads = new Map<string, Remembered>();
  return {
    of: (sessionId: string): Remembered | undefined => threads.get(sessionId),
    forget: (sessionId: string) => threads.delete(sessionId),
    keep(sessionId: string, shown: Remembered): void {
      threads.delete(sessionId);
      threads.set(sessionId, shown);
      const oldest = threads.keys().next().value;
      if (threads.size > LIMIT && oldest !== undefined) threads.delete(oldest);
    },
  };
}
