import type { PermissionMode } from '#protocol/server-event.ts';
import type { ChatState } from '#web/core/chat-state.ts';
import type { Store } from '#web/core/store.ts';
import type { Workspace } from '#web/core/workspace.ts';

/** What the agent may do without asking, as it is chosen here: shown at once, and told until the server says the same. */
export function createModeChoice({
  state,
  workspace,
  isGreeted,
  send,
  connect,
}: {
  readonly state: Store<ChatState>;
  readonly workspace: Workspace;
  readonly isGreeted: () => boolean;
  readonly send: (frame: object) => boolean;
  readonly connect: () => void;
}) {
  /** Chosen, and not confirmed: an open connection may have been dead when it was told. */
  let untold: PermissionMode | null = null;

  function tell(mode: PermissionMode): void {
    workspace.use();
    untold = mode;
    const isSent = isGreeted() && send({ type: 'set_permission_mode', mode });
    if (!isSent) connect();
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

    /** The server has said this one. */
    confirm(mode: PermissionMode): void {
      if (mode === untold) untold = null;
    },

    forget(): void {
      untold = null;
    },
  };
}
