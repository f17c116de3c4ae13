import type { Channel } from '#channel/channel.ts';

/** A session of the user that waits for an answer, and was asked in another chat, on the page or by a program. */
export interface Asking {
  readonly username: string;
  readonly sessionId: string;
}

/**
 * Lets a session be looked at: it told of itself, the person answered, or asks what is open, which is then asked once
 * more. Contract: what it tells hurries nothing, as a look that breaks may have woken it; who is there is not kept waiting.
 */
export function lookLater(
  channel: Channel,
  { username, sessionId }: Asking,
  why: 'told' | 'answered' | 'asked',
): void {
  channel.sql.exec(
    `INSERT INTO asked_elsewhere (username, session_id, again) VALUES (?1, ?2, ?3)
     ON CONFLICT (username, session_id) DO UPDATE
       SET again = max(again, excluded.again), pokes = pokes + 1,
         attempts = CASE WHEN ?4 THEN attempts ELSE 0 END, due = CASE WHEN ?4 THEN due ELSE 0 END`,
    username,
    sessionId,
    why === 'asked' ? 1 : 0,
    why === 'told' ? 1 : 0,
  );
  channel.kick('elsewhere');
}
