import type { PermissionMode } from '#protocol/server-event.ts';
import type { ChatState } from '#web/core/chat-state.ts';
import type { Store } from '#web/core/store.ts';
import type { Workspace } from '#web/core/workspace.ts';

/** What the agent may do without asking, as it is chosen here: shown at once, told as soon as there is a connection. */
export function createModeChoice({
  state,
  workspace,
  send,
  connect,
}: {
  readonly state: Store<ChatState>;
  readonly workspace: Workspace;
  readonly send: (frame: object) => boolean;
  readonly connect: () => void;
}) {
  /** Chosen while there was no connection. */
  let untold: PermissionMode | null = null;

  function tell(mode: PermissionMode): void {
    workspace.use();
    const told = workspace.id() !== null && send({ type: 'set_permission_mode', mode });
    untold = told ? null : mode;
    if (!told) connect();
  }

  return {
    choose(mode: PermissionMode): void {
      state.update((now) => ({ ...now, permissionMode: mode }));
      tell(mode);
    },

    /** After a connection. What was chosen before there is a session went with the last one. */
    tellAgain(): void {
      const { sessionId, permissionMode } = state.get();
      const mode = untold ?? (sessionId === null ? permissionMode : null);
      if (mode !== null) tell(mode);
    },

    forget(): void {
      untold = null;
    },
  };
}
