import type { Channel } from '#channel/channel.ts';
import { readTurn } from '#channel/turn.ts';

/** Shows that something is being written for as long as `work` takes and the turn does not wait for a person. */
export async function keepTyping(channel: Channel, work: () => Promise<void>): Promise<void> {
  const { platform, address, log } = channel;
  const show = () => {
    const turn = readTurn(channel.sql);
    if (turn === undefined || turn.phase === 'waiting') return;
    platform
      .showTyping(address, turn.last_message_id)
      .catch((error: unknown) =>
        log.warn('typing_failed', { channel: channel.platformName, error: String(error) }),
      );
  };
  show();
  const { typingMs } = platform.limits;
  const timer = typingMs === 0 ? undefined : setInterval(show, Math.max(1000, typingMs * 0.8));
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
