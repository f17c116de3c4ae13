import type { Channel } from '#channel/channel.ts';
import { cleanText } from '#channel/clean-text.ts';
import { readTurn } from '#channel/turn.ts';

const EVERY_MS = 1000;

/** A message while it grows, as far as the chat can show that. */
export interface GrowingText {
  /** What of the message has come. */
  text(): string;
  add(text: string): void;
  /** The message is whole, or void. */
  clear(): void;
}

/** The first piece is shown at once, then what has come by then, once a second. */
export function showGrowingText(channel: Channel): GrowingText {
  const { platform, address, clock, log } = channel;
  let grown = '';
  let draftId = 0;
  let shownAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPossible = platform.showDraft !== undefined && !platform.limits.coalesce;

  const showAfter = async (last: Promise<unknown>) => {
    await last;
    try {
      const shown = await platform.showDraft?.(address, draftId, cleanText(grown, channel.settings));
      isPossible = shown === true;
    } catch (error) {
      isPossible = false;
      log.warn('draft_failed', { channel: channel.platformName, error: String(error) });
    }
  };

  const show = () => {
    timer = undefined;
    if (grown === '' || !isPossible) return;
    shownAt = clock.now();
    channel.draft = showAfter(channel.draft);
  };

  return {
    text: () => grown,
    add(text) {
      if (grown === '') {
        const turn = readTurn(channel.sql);
        isPossible &&= turn?.is_group === 0 && turn.verbosity !== 'silent';
        // Never 0, and another one for each message
        draftId = ((turn?.position ?? 0) % 2 ** 30) + 1;
      }
      grown += text;
      if (!isPossible || timer !== undefined) return;
      const wait = shownAt + EVERY_MS - clock.now();
      if (wait <= 0) show();
      else timer = setTimeout(show, wait);
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      grown = '';
    },
  };
}
