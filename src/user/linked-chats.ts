import { z } from 'zod';

export interface LinkedChat {
  /** By which the chat is called. */
  readonly name: string;
  /** The same for all threads of a chat: of these, the one that was used last is called. */
  readonly chat: string;
}

/** Nobody has more that they look at. */
const MOST = 10;

const Row = z.object({ name: z.string() });

export const linkedChats = (sql: SqlStorage): readonly string[] =>
  sql
    .exec('SELECT name FROM linked_chat ORDER BY used_at DESC LIMIT ?', MOST)
    .toArray()
    .map((row) => Row.parse(row).name);

export const linkChat = (sql: SqlStorage, { chat, name }: LinkedChat, now: number): void =>
  void sql.exec('INSERT OR REPLACE INTO linked_chat (chat, name, used_at) VALUES (?, ?, ?)', chat, name, now);

export const unlinkChat = (sql: SqlStorage, name: string): void =>
  void sql.exec('DELETE FROM linked_chat WHERE name = ?', name);
