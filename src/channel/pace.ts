import type { Channel } from '#channel/channel.ts';

const MINUTE_MS = 60_000;

/** A message or an edit has gone out. */
export function noteSent(channel: Channel): void {
  const now = channel.clock.now();
  channel.sentAt = [...channel.sentAt.filter((at) => at > now - MINUTE_MS), now];
}

/** When the next may go out, by the time that the platform wants between two; milliseconds since 1970. */
export const freeAt = ({ sentAt, platform }: Channel): number =>
  (sentAt.at(-1) ?? 0) + platform.limits.spacingMs;

/** How much went out in the last minute. */
export const sentLately = ({ sentAt, clock }: Channel): number =>
  sentAt.filter((at) => at > clock.now() - MINUTE_MS).length;
