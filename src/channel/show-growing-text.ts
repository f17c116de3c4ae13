import type { Channel } from '#channel/channel.ts';
import { growingMessage } from '#channel/growing-message.ts';
import { draft } from '#channel/show-draft.ts';
import { readTurn } from '#channel/turn.ts';

/** A message while it grows, as far as the chat can show that. */
export interface GrowingText {
  /** What of the message has come. */
  text(): string;
  add(text: string): void;
  /** The message is whole, or void. */
  clear(): void;
}

/** A way to show it. */
export interface Show {
  /** Milliseconds that are waited for before the first time. */
  readonly firstMs: number;
  /** Milliseconds between two times, as things are now. */
  everyMs(): number;
  /** Shows what has come; or does not, where that is not possible just now. */
  show(markdown: string): void;
}

/** Shows what has come by then, from time to time; what comes in between waits for the next. */
export function showGrowingText(channel: Channel): GrowingText {
  const { clock } = channel;
  let grown = '';
  let way: Show | null = null;
  /** Milliseconds since 1970. */
  let next = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = () => {
    timer = undefined;
    if (grown === '' || way === null) return;
    next = clock.now() + way.everyMs();
    way.show(grown);
  };

  return {
    text: () => grown,
    add(text) {
      if (grown === '') {
        way = wayToShow(channel);
        next = Math.max(next, clock.now() + (way?.firstMs ?? 0));
      }
      grown += text;
      if (way === null || timer !== undefined) return;
      const wait = next - clock.now();
      if (wait <= 0) show();
      else timer = setTimeout(show, wait);
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      grown = '';
      channel.showMore = null;
    },
  };
}

/** Null: the chat gets it when it is whole. */
function wayToShow(channel: Channel): Show | null {
  const turn = readTurn(channel.sql);
  if (turn === undefined || turn.verbosity === 'silent' || channel.platform.limits.coalesce) return null;
  return turn.is_group === 1 ? growingMessage(channel) : draft(channel, turn);
}
