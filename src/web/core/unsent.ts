import type { Drafts } from '#web/core/drafts.ts';
import type { Thread } from '#web/core/thread.ts';

const unsentKey = (key: string) => `${key}.unsent`;

/** Prompts the server has not confirmed survive a reload as text in the composer. */
export function writeUnsent(drafts: Drafts, key: string, { outbox, queue }: Thread): void {
  drafts.write(unsentKey(key), [...outbox, ...queue].map((one) => one.text).join('\n\n'));
}

/** What the composer begins with: prompts that did not arrive, then what was being typed. They are unsent no more. */
export function takeDraft(drafts: Drafts, key: string, thread: Thread): string {
  const unsent = drafts.read(unsentKey(key));
  const arrived = thread.items.some((item) => item.kind === 'user' && item.text === unsent);
  drafts.write(unsentKey(key), '');
  return [arrived ? '' : unsent, drafts.read(key)].filter((text) => text !== '').join('\n\n');
}

/** The session has its own key from now on. */
export function moveDraft(
  drafts: Drafts,
  { from, to, text }: { readonly from: string; readonly to: string; readonly text: string },
): void {
  drafts.write(to, text);
  drafts.write(from, '');
  drafts.write(unsentKey(from), '');
}
