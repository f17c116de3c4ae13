/**
 * What was typed and not yet accepted by the server, one text per session, kept in the browser's storage so that a
 * reload or a sign-in in between loses nothing. `new` is the draft of a conversation that has no id yet.
 */
export interface Drafts {
  read(session: string): string;
  write(session: string, text: string): void;
  clearAll(): void;
}

const PREFIX = 'edgewise.draft.';

export const createDrafts = (storage: Storage): Drafts => ({
  read: (session) => storage.getItem(PREFIX + session) ?? '',
  write(session, text) {
    if (text === '') storage.removeItem(PREFIX + session);
    else storage.setItem(PREFIX + session, text);
  },
  clearAll() {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
    for (const key of keys) if (key.startsWith(PREFIX)) storage.removeItem(key);
  },
});
