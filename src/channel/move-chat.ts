import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { leaveAccount } from '#channel/linked-chat.ts';
import { StoredMessage, storeMessage } from '#channel/inbound-message.ts';

const Conversation = z.object({ username: z.string(), session_id: z.string(), created_at: z.number() });
const Waiting = z.object({ seq: z.number(), message: z.string() });
const Unsent = z.object({
  id: z.number(),
  kind: z.string(),
  content: z.string(),
  piece: z.string(),
  file: z.string().nullable(),
});

const Movables = z.object({
  conversations: z.array(Conversation),
  waiting: z.array(Waiting),
  unsent: z.array(Unsent),
});
/** Which sessions a chat is in, what came and waits there, and what it has yet to send. */
export type Movables = z.infer<typeof Movables>;

/** For the object that goes on in its place. What is under way, sent or asked stays. */
export const movables = ({ sql }: Channel): Movables =>
  Movables.parse({
    conversations: sql.exec('SELECT * FROM conversation').toArray(),
    waiting: sql.exec('SELECT seq, message FROM inbox WHERE taken = 0 ORDER BY seq').toArray(),
    unsent: sql
      .exec(
        `SELECT id, kind, content, piece, file FROM outbox
         WHERE state = 'pending' AND attempts = 0 AND edits IS NULL AND kind <> 'growing'
         AND id NOT IN (SELECT outbox_id FROM question WHERE outbox_id IS NOT NULL) ORDER BY id`,
      )
      .toArray(),
  });

/** Goes on where another object was; done twice, it changes nothing more. What began here already stays. */
export function adopt(channel: Channel, { conversations, waiting, unsent }: Movables): void {
  const { sql, clock } = channel;
  const isNew = (key: string): boolean =>
    sql.exec('INSERT OR IGNORE INTO seen (key, at) VALUES (?, ?) RETURNING key', key, clock.now()).toArray()
      .length > 0;
  for (const { username, session_id, created_at } of conversations) {
    sql.exec(
      'INSERT OR IGNORE INTO conversation (username, session_id, created_at) VALUES (?, ?, ?)',
      username,
      session_id,
      created_at,
    );
  }
  for (const { message: json } of waiting) {
    const message = StoredMessage.parse(JSON.parse(json));
    if (!isNew(message.key)) continue;
    const { address } = channel;
    // Where the chat's id is that of its person, the person has the new one, too
    const isPerson = message.sender.id === message.address.chatId;
    const sender = isPerson ? { ...message.sender, id: address.chatId } : message.sender;
    storeMessage(sql, { ...message, address, sender }, clock.now());
  }
  for (const { id, kind, content, piece, file } of unsent) {
    if (!isNew(`moved/${id}/${piece}`)) continue;
    sql.exec(
      'INSERT INTO outbox (created_at, kind, content, piece, file) VALUES (?, ?, ?, ?, ?)',
      clock.now(),
      kind,
      content,
      piece,
      file,
    );
  }
  if (waiting.length > 0) channel.kick('inbox');
  if (unsent.length > 0) channel.kick('outbox');
}

/** The sessions stay known: a message of before may still come. */
export function forget(channel: Channel, { waiting, unsent }: Movables): void {
  const { sql } = channel;
  for (const { seq } of waiting) sql.exec('DELETE FROM inbox WHERE seq = ? AND taken = 0', seq);
  for (const { id } of unsent) sql.exec("DELETE FROM outbox WHERE id = ? AND state = 'pending'", id);
  leaveAccount(channel);
}
