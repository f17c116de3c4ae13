/** The id the session has, or will have once its first prompt arrives: prompts, uploads and the mode belong to it. */
export function createWorkspace() {
  const waiters = new Set<(id: string) => void>();
  let present: string | null = null;
  let used = false;
  const drop = () => {
    present = null;
    used = false;
  };
  return {
    /** Null until the server has told it. */
    id: () => present,
    /** What asks for the session again: something of ours may be kept there, though no answer has reached us. */
    usedId: () => (used ? present : null),
    use(): void {
      used = true;
    },
    /** Whoever waited gets it. */
    tell(id: string): void {
      present = id;
      for (const waiter of waiters) waiter(id);
      waiters.clear();
    },
    wait: (): Promise<string> =>
      present === null ? new Promise((resolve) => waiters.add(resolve)) : Promise.resolve(present),
    /** Another connection tells another one. */
    unlearn(): void {
      present = null;
    },
    /** It is gone, with what was in it. Whoever waits gets the next. */
    drop,
    /** The conversation is left: whoever waits is never told. */
    leave(): void {
      drop();
      waiters.clear();
    },
  };
}
export type Workspace = ReturnType<typeof createWorkspace>;
