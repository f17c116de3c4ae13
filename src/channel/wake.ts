import type { Channel } from '#channel/channel.ts';
import { readTurn } from '#channel/turn.ts';

/** Follows a turn again that waited, or whose end went by unseen. Contract: saying it once too often changes nothing. */
export function wake(channel: Channel, sessionId: string): void {
  const turn = readTurn(channel.sql);
  if (turn?.session_id !== sessionId || turn.phase === 'preparing') return;
  channel.sql.exec("UPDATE turn SET phase = 'running', attempts = 0, pokes = pokes + 1");
  channel.kick('turn');
}
