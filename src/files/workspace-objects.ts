import type { Log } from '#lib/log.ts';
import type { WorkspaceEntry } from '#files/workspace-entries.ts';

/** R2 takes at most this many keys in one call. */
const keysPerDelete = 1000;

/** The name of a new object of a workspace: objects are written once, and never under a name that was used before. */
export const newObjectKey = (prefix: string): string => `${prefix}/${crypto.randomUUID()}`;

/** The objects behind some files and folders. */
export const objectKeys = (entries: readonly WorkspaceEntry[]): string[] =>
  entries.flatMap(({ objectKey }) => objectKey ?? []);

/** The large files of one workspace in R2, each an object that never changes. */
export class WorkspaceObjects {
  readonly #bucket: R2Bucket;
  readonly #prefix: string;
  readonly #log: Log;

  constructor(bucket: R2Bucket, prefix: string, log: Log) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#log = log;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const key = newObjectKey(this.#prefix);
    await this.#bucket.put(key, bytes);
    return key;
  }

  async copy(key: string): Promise<string> {
    const source = await this.#bucket.get(key);
    if (!source) throw new Error('workspace object is missing');
    const copied = newObjectKey(this.#prefix);
    await this.#bucket.put(copied, source.body);
    return copied;
  }

  /** Undefined when the object is gone. `length` is at least 1. */
  async read(key: string, range: { readonly offset: number; readonly length: number }) {
    const object = await this.#bucket.get(key, { range });
    return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
  }

  /** No row names these objects any more, so a failure costs space and nothing else: it is logged, not thrown. */
  async discard(keys: readonly string[]): Promise<void> {
    try {
      for (let from = 0; from < keys.length; from += keysPerDelete) {
        await this.#bucket.delete(keys.slice(from, from + keysPerDelete));
      }
    } catch {
      this.#log.warn('workspace_orphans', { count: keys.length });
    }
  }

  /** Removes every object of the workspace, orphans too. */
  async destroy(): Promise<void> {
    for (;;) {
      const page = await this.#bucket.list({ prefix: `${this.#prefix}/` });
      if (page.objects.length === 0) return;
      await this.#bucket.delete(page.objects.map(({ key }) => key));
    }
  }
}
