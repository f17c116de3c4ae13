import type { Channel } from '#channel/channel.ts';

/** A session of the user that waits for an answer, and was asked in another chat, on the page or by a program. */
export interface Asking {
  readonly username: string;
  readonly sessionId: string;
}

/** Lets a session be looked at. `again`: what is open is asked once more. */
export function lookLater(channel: Channel, { username, sessionId }: Asking, again = false): void {
  channel.sql.exec(
    `INSERT INTO asked_elsewhere (username, session_id, again) VALUES (?1, ?2, ?3)
     ON CONFLICT (username, session_id) DO UPDATE
       SET again = max(again, excluded.again), pokes = pokes + 1, attempts = 0, due = 0`,
    username,
    sessionId,
    again ? 1 : 0,
  );
  channel.kick('elsewhere');
}
