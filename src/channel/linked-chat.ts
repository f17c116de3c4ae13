import { z } from 'zod';
import { channelName, type Channel } from '#channel/channel.ts';
import { accountOf, type Sender } from '#channel/identity.ts';
import { lookLater } from '#channel/look-later.ts';
import { PlatformName } from '#protocol/platform.ts';

/** So often it is told again that somebody uses the chat, and what was not heard is mended. */
const TOLD_MS = 24 * 60 * 60 * 1000;

const StoredSender = z.object({
  platform: PlatformName,
  id: z.string(),
  otherIds: z.array(z.string()),
  name: z.string().nullable(),
}) satisfies z.ZodType<Sender>;

const Person = z.object({
  sender: z.string().transform((json) => StoredSender.parse(JSON.parse(json))),
  /** The account that is linked. Null: none. */
  username: z.string().nullable(),
  /** The account whose `UserSpace` has this chat among its linked ones, as far as is known here. */
  told: z.string().nullable(),
  /** Milliseconds since 1970. */
  told_at: z.number(),
});
type Person = z.infer<typeof Person>;

/** As they go on in another chat. */
export const MovedPerson = z.object({ sender: StoredSender, username: z.string().nullable() });
export type MovedPerson = z.infer<typeof MovedPerson>;

/** Who is at the other end, where the chat is private and has, or had, a linked account. */
export function readPerson(sql: SqlStorage): Person | undefined {
  const [row] = sql.exec('SELECT * FROM person').toArray();
  return row === undefined ? undefined : Person.parse(row);
}

/** What a private chat learnt of the account of its person: null where there is none. Never to be called for a group. */
export function rememberPerson(channel: Channel, sender: Sender, username: string | null): void {
  const { sql } = channel;
  const known = readPerson(sql);
  const json = JSON.stringify(StoredSender.parse(sender));
  if (known === undefined && username === null) return;
  if (known?.username !== username || JSON.stringify(known.sender) !== json) {
    sql.exec(
      `INSERT INTO person (id, sender, username) VALUES (1, ?1, ?2)
       ON CONFLICT (id) DO UPDATE SET sender = ?1, username = ?2`,
      json,
      username,
    );
    if (username !== null) lookAgain(channel, username);
  }
  channel.kick('elsewhere');
}

/** At what was refused while the account was not linked. */
function lookAgain(channel: Channel, username: string): void {
  const sessions = channel.sql
    .exec("SELECT DISTINCT session_id FROM question WHERE username = ? AND state = 'unlinked'", username)
    .toArray();
  for (const { session_id } of sessions)
    lookLater(channel, { username, sessionId: z.string().parse(session_id) }, 'asked');
}

/** Asks anew who the person is. Null: there is no linked account, or no longer, or it is disabled. */
export async function accountNow(channel: Channel): Promise<string | null> {
  const person = readPerson(channel.sql);
  if (person === undefined) return null;
  const username = await accountOf(person.sender, channel.people);
  if (username !== person.username) channel.sql.exec('UPDATE person SET username = ?', username);
  return username;
}

/** The chat goes on as another one. */
export function leaveAccount(channel: Channel): void {
  channel.sql.exec('UPDATE person SET username = NULL');
  channel.kick('elsewhere');
}

/** Unless a person is known here. */
export function adoptPerson({ sql }: Channel, { sender, username }: MovedPerson): void {
  if (username !== null)
    sql.exec(
      'INSERT OR IGNORE INTO person (id, sender, username) VALUES (1, ?, ?)',
      JSON.stringify(sender),
      username,
    );
}

/** Brings the lists of linked chats up to date with what is known here. What breaks is tried again at the next chance. */
export async function tellAccount(channel: Channel): Promise<void> {
  const { sql, users, clock, name, platformName, address } = channel;
  const person = readPerson(sql);
  if (person === undefined) return;
  const { username, told, told_at } = person;
  if (told !== null && told !== username) {
    await users.getByName(told).unlinkChat(name);
    sql.exec('UPDATE person SET told = NULL WHERE told = ?', told);
  }
  // Who has no account need not be known
  sql.exec('DELETE FROM person WHERE username IS NULL AND told IS NULL');
  const isKnown = told === username && clock.now() - told_at < TOLD_MS;
  if (username === null || isKnown) return;
  await users
    .getByName(username)
    .linkChat({ name, chat: channelName(platformName, { ...address, threadId: null }) });
  sql.exec('UPDATE person SET told = ?, told_at = ?', username, clock.now());
}
