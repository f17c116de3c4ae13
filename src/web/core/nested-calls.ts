import type { Item, ToolItem } from '#web/core/thread.ts';

/** A conversation as it is drawn: the calls of subagents stand inside the call that began them. */
export interface Nested {
  readonly items: readonly Item[];
  /** By the id of a call: the calls made inside it. */
  readonly inside: ReadonlyMap<string, readonly ToolItem[]>;
}

/** Contract: lists that did not change are the same objects as `before`, so that what shows them is not drawn again. */
export function nestCalls(items: readonly Item[], before?: Nested): Nested {
  const known = new Set(items.flatMap((item) => (item.kind === 'tool' ? [item.id] : [])));
  const outer: Item[] = [];
  const inside = new Map<string, readonly ToolItem[]>();
  for (const item of items) {
    if (item.kind !== 'tool' || item.parent === null || !known.has(item.parent)) outer.push(item);
    else inside.set(item.parent, [...(inside.get(item.parent) ?? []), item]);
  }
  for (const [id, calls] of inside) {
    const earlier = before?.inside.get(id);
    if (earlier?.length === calls.length && earlier.every((call, index) => call === calls[index]))
      inside.set(id, earlier);
  }
  return { items: outer, inside };
}
