import type { Item, ToolItem } from '#web/core/thread.ts';

const INTERRUPTED = '[Request interrupted by user]';

/** How a call ended, by its result. */
export const resultState = (output: string, isError: boolean | null): ToolItem['state'] => {
  if (output.includes(INTERRUPTED)) return 'interrupted';
  return isError === true ? 'failed' : 'done';
};

/** Closes the message that deltas were going to, and adds `item` after it. */
export const addItem = (items: readonly Item[], item: Item): readonly Item[] => [...closeText(items), item];

export const closeText = (items: readonly Item[]): readonly Item[] => {
  const index = items.findLastIndex((item) => item.kind === 'assistant' && item.open);
  const item = items[index];
  return item?.kind === 'assistant' ? items.with(index, { ...item, open: false }) : items;
};

/** Thoughts and text of a message that was cut off: it will be written anew. */
export const dropUnfinished = (items: readonly Item[]): readonly Item[] => {
  const isVoid = (item: Item) => item.kind === 'thought' || (item.kind === 'assistant' && item.open);
  return items.slice(0, items.findLastIndex((item) => !isVoid(item)) + 1);
};

export function appendText(
  items: readonly Item[],
  { text, key, at }: { readonly text: string; readonly key: string; readonly at: number },
): readonly Item[] {
  const last = items.at(-1);
  return last?.kind === 'assistant' && last.open
    ? [...items.slice(0, -1), { ...last, text: last.text + text }]
    : addItem(items, { kind: 'assistant', key, text, open: true, at });
}

/** The whole text of the message that deltas were going to, or of one that had none. */
export function replaceText(
  items: readonly Item[],
  { text, key, at }: { readonly text: string; readonly key: string; readonly at: number },
): readonly Item[] {
  const last = items.at(-1);
  return last?.kind === 'assistant' && last.open
    ? [...items.slice(0, -1), { ...last, text, open: false }]
    : addItem(items, { kind: 'assistant', key, text, open: false, at });
}

/** Changes the call of that id, if there is one. */
export const changeCall = (
  items: readonly Item[],
  id: string,
  change: (call: ToolItem) => ToolItem,
): readonly Item[] => items.map((item) => (item.kind === 'tool' && item.id === id ? change(item) : item));

/** Half an answer must not look like a whole one. */
export const markStopped = (items: readonly Item[]): readonly Item[] => {
  const last = items.at(-1);
  return last?.kind === 'assistant' ? [...items.slice(0, -1), { ...last, stopped: true }] : items;
};

/** What has no result by now will never have one. */
export const interruptCalls = (items: readonly Item[]): readonly Item[] =>
  items.map((item) =>
    item.kind === 'tool' && (item.state === 'running' || item.state === 'waiting')
      ? { ...item, state: 'interrupted' }
      : item,
  );
