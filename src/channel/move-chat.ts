import { z } from 'zod';
import { channelName, type Channel } from '#channel/channel.ts';
import { leaveAccount, readPerson } from '#channel/linked-chat.ts';
import { Conversations, Looks, Rows, type Part } from '#channel/moved.ts';
import { deleteTurn } from '#channel/turn.ts';

/** A row may hold 2 MB (https://developers.cloudflare.com/durable-objects/platform/limits/); UTF-16 may triple in UTF-8. */
const MOST_CHARACTERS = 500_000;

/**
 * The chat goes on under another id. Contract: what there is leaves this object in one go, and is stored here until the
 * other one has it; the sessions stay known, since a message of before may still come.
 */
export function leave(channel: Channel, chatId: string): void {
  const { sql, platformName, address, clock } = channel;
  const leftAt = clock.now();
  channel.transaction(() => {
    for (const part of parts(channel))
      sql.exec(
        'INSERT INTO leaving (target, body) VALUES (?, ?)',
        channelName(platformName, { chatId, threadId: null }),
        JSON.stringify({ key: crypto.randomUUID(), chatId: address.chatId, leftAt, ...part }),
      );
    sql.exec('DELETE FROM inbox WHERE taken = 0');
    sql.exec("DELETE FROM outbox WHERE state NOT IN ('sent', 'refused')");
    sql.exec('DELETE FROM question WHERE session_id IS NOT NULL');
    sql.exec('DELETE FROM asked_elsewhere');
    deleteTurn(sql);
    leaveAccount(channel);
  });
  channel.kick('leaving');
}

/** In the order in which they are to be taken. */
function parts({ sql }: Channel): Part[] {
  const rows = (query: string): Rows => Rows.parse(sql.exec(query).toArray());
  const messages = (which: string): string[] =>
    sql
      .exec(`SELECT message FROM inbox WHERE ${which} ORDER BY seq`)
      .toArray()
      .map(({ message }) => z.string().parse(message));
  // Whether one that is being sent arrives is not known here any more. Questions are asked anew
  const outbox = rows(
    `SELECT * FROM outbox WHERE state NOT IN ('sent', 'refused') AND kind <> 'growing'
       AND id NOT IN (SELECT outbox_id FROM question WHERE outbox_id IS NOT NULL) ORDER BY id`,
  );
  const [turn] = rows('SELECT * FROM turn');
  const person = readPerson(sql);
  const asked = "FROM question WHERE session_id IS NOT NULL AND state IN ('open', 'answered')";
  return [
    ...inGroups(outbox).map((group) => ({ outbox: group })),
    {
      conversations: Conversations.parse(sql.exec('SELECT * FROM conversation').toArray()),
      person: person === undefined ? null : { sender: person.sender, username: person.username },
      questions: rows(`SELECT * ${asked} ORDER BY id`),
      looks: Looks.parse(
        sql
          .exec(`SELECT username, session_id FROM asked_elsewhere UNION SELECT username, session_id ${asked}`)
          .toArray(),
      ),
      turn:
        turn === undefined
          ? null
          : {
              turn,
              messages: messages('taken = 1'),
              received: rows('SELECT * FROM received_file'),
              delivered: rows('SELECT * FROM delivered'),
              questions: rows('SELECT * FROM question WHERE session_id IS NULL ORDER BY id'),
            },
    },
    // A button belongs to a message of this chat
    ...inGroups(messages('taken = 0 AND choice IS NULL')).map((group) => ({ messages: group })),
  ];
}

/** In its order, as few as there is room for. */
function inGroups<Item>(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const { length } = JSON.stringify(item);
    if (length > room) {
      groups.push([]);
      room = MOST_CHARACTERS;
    }
    groups.at(-1)?.push(item);
    room -= length;
  }
  return groups;
}

const Leaving = z.object({ seq: z.number(), target: z.string(), body: z.string() });

/** Gives what left to the objects that go on with it. Contract: done twice, it changes nothing more. */
export async function handOn({ sql, chats }: Channel): Promise<void> {
  const rows = sql.exec('SELECT * FROM leaving ORDER BY seq').toArray();
  for (const { seq, target, body } of rows.map((row) => Leaving.parse(row))) {
    await chats.getByName(target).adopt(body);
    sql.exec('DELETE FROM leaving WHERE seq = ?', seq);
  }
}
