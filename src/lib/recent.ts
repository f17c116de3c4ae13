/** More than these are forgotten together, so that it cannot grow without end. */
const MOST = 10_000;

export interface Recent {
  has(key: string, now: number): boolean;
  add(key: string, now: number): void;
  delete(key: string): void;
  clear(): void;
}

/** Keys, each remembered for some milliseconds, in this isolate alone. */
export function createRecent(milliseconds: number): Recent {
  const until = new Map<string, number>();
  return {
    has: (key, now) => now < (until.get(key) ?? 0),
    add(key, now) {
      if (until.size >= MOST) until.clear();
      until.set(key, now + milliseconds);
    },
    delete: (key) => void until.delete(key),
    clear: () => until.clear(),
  };
}
