import type { MarkdownStream } from '#web/core/markdown/stream.ts';
import { createStore } from '#web/core/store.ts';

/**
 * The Markdown parser, a third of the page's code, comes right after the first picture: nobody needs it to sign in or
 * to begin to write. Null until it is there.
 */
export const markdownModule = createStore<{ createMarkdownStream(): MarkdownStream } | null>(null);

const AGAIN_MS = 2000;

/** Tries until the server can be reached: without it, answers stay as the model wrote them. */
export async function loadMarkdown(): Promise<void> {
  try {
    markdownModule.set(await import('#web/core/markdown/stream.ts'));
  } catch {
    setTimeout(() => void loadMarkdown(), AGAIN_MS);
  }
}
