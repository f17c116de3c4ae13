/**
 * What a provider refused of a conversation, by the marks of its blocks. Contract: it outlives the object that asks, or
 * each new one would send the same again, to be refused again, and might then blame more than is to blame.
 */
export interface RefusedBlocks {
  readonly size: number;
  has(mark: string): boolean;
  add(mark: string): void;
}

/** Tells one from another without holding megabytes. */
export function markOfData(data: string): string {
  const middle = data.length >> 1;
  return `${data.length} ${data.slice(0, 64)} ${data.slice(middle, middle + 64)} ${data.slice(-64)}`;
}
