import type { Waiting } from '#web/core/waiting.ts';

/** One entry of a conversation as it is shown. `key` stays the same for its whole life; `at` is ms since 1970. */
export type Item =
  | UserItem
  | {
      readonly kind: 'assistant';
      readonly key: string;
      readonly text: string;
      /** Further deltas belong to it. */
      readonly open: boolean;
      /** The user stopped it here. */
      readonly stopped?: true;
      readonly at: number;
    }
  | { readonly kind: 'thought'; readonly key: string; readonly text: string }
  | ToolItem
  /** From here on the agent has this text for all above it. */
  | { readonly kind: 'summary'; readonly key: string; readonly text: string }
  | { readonly kind: 'error'; readonly key: string; readonly text: string };

export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly at: number;
}

export interface ToolItem {
  readonly kind: 'tool';
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The call of the sub-agent that made this one. */
  readonly parent: string | null;
  /** `waiting`: for a person. */
  readonly state: 'running' | 'waiting' | 'done' | 'failed' | 'interrupted';
  readonly output: string;
}

/** A prompt of this page that the server has not confirmed yet. Its key is the `message_id` it is sent with. */
interface Outgoing extends UserItem {
  readonly failed: boolean;
}

export interface Thread {
  readonly items: readonly Item[];
  readonly outbox: readonly Outgoing[];
  /** Written while a reply was running, to be sent after it. */
  readonly queue: readonly UserItem[];
  /** What the agent waits for, oldest first. */
  readonly waiting: readonly Waiting[];
  /** The highest position of the session's stream seen so far. */
  readonly lastEvent: number;
  readonly running: boolean;
  readonly stopping: boolean;
  /** A summary is being written. */
  readonly compacting: boolean;
}

export const emptyThread: Thread = {
  items: [],
  outbox: [],
  queue: [],
  waiting: [],
  lastEvent: 0,
  running: false,
  stopping: false,
  compacting: false,
};

/** Something waits for an answer that was not given on this page yet. */
export const isAsked = (thread: Thread): boolean => thread.waiting.some(({ reply }) => reply === null);
