import type { Channel } from '#channel/channel.ts';
import { cleanText } from '#channel/clean-text.ts';
import type { Show } from '#channel/show-growing-text.ts';
import type { Turn } from '#channel/turn.ts';

const EVERY_MS = 1000;

/** A sign of the platform's own, which goes when the message itself comes. Null where it has none. */
export function draft(channel: Channel, { position }: Turn): Show | null {
  const { platform, address, log } = channel;
  let isPossible = platform.showDraft !== undefined;
  if (!isPossible) return null;
  // Never 0, and another one for each message
  const draftId = (position % 2 ** 30) + 1;

  const showAfter = async (last: Promise<unknown>, markdown: string) => {
    await last;
    try {
      isPossible =
        (await platform.showDraft?.(address, draftId, cleanText(markdown, channel.settings))) === true;
    } catch (error) {
      isPossible = false;
      log.warn('draft_failed', { channel: channel.platformName, error: String(error) });
    }
  };

  return {
    firstMs: 0,
    everyMs: () => EVERY_MS,
    show(markdown) {
      if (isPossible) channel.draft = showAfter(channel.draft, markdown);
    },
  };
}
