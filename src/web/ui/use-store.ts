import { useSyncExternalStore } from 'react';
import type { Store } from '#web/core/store.ts';

export function useStore<Value>(store: Store<Value>): Value;
/** `select` must give the same (identical) part for the same value. */
export function useStore<Value, Part>(store: Store<Value>, select: (value: Value) => Part): Part;
export function useStore<Value, Part>(store: Store<Value>, select?: (value: Value) => Part): Value | Part {
  return useSyncExternalStore<Value | Part>(store.subscribe, () =>
    select === undefined ? store.get() : select(store.get()),
  );
}
