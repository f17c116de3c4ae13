import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';

const Conversation = z.object({ username: z.string(), session_id: z.string(), created_at: z.number() });
export type Conversation = z.infer<typeof Conversation>;

/** Which sessions the chat is in, for the object that goes on in its place. */
export const conversations = ({ sql }: Channel): Conversation[] =>
  sql
    .exec('SELECT * FROM conversation')
    .toArray()
    .map((row) => Conversation.parse(row));

/** Goes on where another object was. What began here already stays. */
export function adoptConversations({ sql }: Channel, adopted: readonly Conversation[]): void {
  for (const { username, session_id, created_at } of adopted) {
    sql.exec(
      'INSERT OR IGNORE INTO conversation (username, session_id, created_at) VALUES (?, ?, ?)',
      username,
      session_id,
      created_at,
    );
  }
}
