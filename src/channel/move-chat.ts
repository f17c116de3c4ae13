import { z } from 'zod';
import { channelName, type Channel } from '#channel/channel.ts';
import { leaveAccount } from '#channel/linked-chat.ts';
import { StoredMessage, storeMessage } from '#channel/inbound-message.ts';
import { ask, openQuestion } from '#channel/questions.ts';
import { deleteTurn, readTurn } from '#channel/turn.ts';

/** As it is in its table. */
const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
type Row = z.infer<typeof Row>;
const Rows = z.array(Row);

const MovedTurn = z.object({
  turn: Row,
  /** What it is made of, while it is being prepared. */
  messages: z.array(z.string()),
  received: Rows,
  delivered: Rows,
  questions: Rows,
});

/** Which sessions a chat is in, what came and waits there, what it has yet to send, and the turn under way. */
const Moved = z.object({
  key: z.string(),
  /** Of the chat that it was. */
  chatId: z.string(),
  conversations: z.array(z.object({ username: z.string(), session_id: z.string(), created_at: z.number() })),
  messages: z.array(z.string()),
  outbox: Rows,
  turn: MovedTurn.nullable(),
});
type Moved = z.infer<typeof Moved>;

/**
 * The chat goes on under another id. Contract: what there is leaves this object in one go, and is stored here until the
 * other one has it; the sessions stay known, since a message of before may still come.
 */
export function leave(channel: Channel, chatId: string): void {
  const { sql, platformName } = channel;
  channel.transaction(() => {
    const moved = movables(channel);
    sql.exec(
      'INSERT INTO leaving (target, body) VALUES (?, ?)',
      channelName(platformName, { chatId, threadId: null }),
      JSON.stringify(moved),
    );
    sql.exec('DELETE FROM inbox WHERE taken = 0');
    sql.exec("DELETE FROM outbox WHERE state NOT IN ('sent', 'refused')");
    deleteTurn(sql);
  });
  leaveAccount(channel);
  channel.kick('leaving');
}

function movables({ sql, address }: Channel): Moved {
  const rows = (query: string): Rows => z.array(Row).parse(sql.exec(query).toArray());
  const messages = (which: string): string[] =>
    sql
      .exec(`SELECT message FROM inbox WHERE ${which} ORDER BY seq`)
      .toArray()
      .map(({ message }) => z.string().parse(message));
  const [turn] = rows('SELECT * FROM turn');
  return Moved.parse({
    key: crypto.randomUUID(),
    chatId: address.chatId,
    conversations: sql.exec('SELECT * FROM conversation').toArray(),
    // A button belongs to a message of this chat
    messages: messages('taken = 0 AND choice IS NULL'),
    // Whether one that is being sent arrives is not known here any more. Questions are asked anew
    outbox: rows(
      `SELECT * FROM outbox WHERE state NOT IN ('sent', 'refused') AND kind <> 'growing'
         AND id NOT IN (SELECT outbox_id FROM question WHERE outbox_id IS NOT NULL) ORDER BY id`,
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
  });
}
type Rows = z.infer<typeof Rows>;

const Leaving = z.object({ seq: z.number(), target: z.string(), body: z.string() });

/** Gives what left to the objects that go on with it. Contract: done twice, it changes nothing more. */
export async function handOn({ sql, chats }: Channel): Promise<void> {
  const rows = sql.exec('SELECT * FROM leaving ORDER BY seq').toArray();
  for (const { seq, target, body } of rows.map((row) => Leaving.parse(row))) {
    await chats.getByName(target).adopt(body);
    sql.exec('DELETE FROM leaving WHERE seq = ?', seq);
  }
}

/** Goes on where another object was; done twice, it changes nothing more. */
export function adopt(channel: Channel, body: string): void {
  const { sql, clock } = channel;
  const { key, chatId, conversations, messages, outbox, turn } = Moved.parse(JSON.parse(body));
  const isNew = (what: string): boolean =>
    sql.exec('INSERT OR IGNORE INTO seen (key, at) VALUES (?, ?) RETURNING key', what, clock.now()).toArray()
      .length > 0;
  channel.transaction(() => {
    if (!isNew(`moved/${key}`)) return;
    for (const { username, session_id, created_at } of conversations) {
      sql.exec(
        `INSERT INTO conversation (username, session_id, created_at) VALUES (?, ?, ?)
         ON CONFLICT (username) DO UPDATE SET session_id = excluded.session_id, created_at = excluded.created_at
         WHERE excluded.created_at > created_at`,
        username,
        session_id,
        created_at,
      );
    }
    for (const json of messages) {
      const message = messageHere(channel, json);
      if (isNew(message.key)) storeMessage(sql, message, clock.now());
    }
    for (const { id: _id, state, unclear_sends, ...row } of outbox) {
      const isUnclear = state === 'sending';
      // What they edit and quote is in the other chat
      insert(sql, 'outbox', {
        ...row,
        edits: null,
        reply_to: null,
        state: isUnclear ? 'unclear' : (state ?? 'pending'),
        unclear_sends: Number(unclear_sends) + (isUnclear ? 1 : 0),
      });
    }
    if (turn !== null) sql.exec('INSERT INTO arrived (body) VALUES (?)', JSON.stringify({ ...turn, chatId }));
    takeArrived(channel);
  });
  for (const what of ['turn', 'inbox', 'outbox'] as const) channel.kick(what);
}

const Arrived = MovedTurn.extend({ chatId: z.string() });

/**
 * Goes on with a turn that was begun in another object, as soon as none is under way here. What waits for an answer is
 * asked here anew. False: there is none.
 */
export function takeArrived(channel: Channel): boolean {
  const { sql, address, clock } = channel;
  const [first] = sql.exec('SELECT seq, body FROM arrived ORDER BY seq LIMIT 1').toArray();
  if (first === undefined || readTurn(sql) !== undefined) return false;
  channel.transaction(() => {
    const { turn, chatId, messages, received, delivered, questions } = Arrived.parse(
      JSON.parse(z.string().parse(first['body'])),
    );
    sql.exec('DELETE FROM arrived WHERE seq = ?', first['seq'] ?? null);
    insert(sql, 'turn', {
      ...turn,
      sender_id: turn['sender_id'] === chatId ? address.chatId : (turn['sender_id'] ?? null),
      // By following it, this object learns whether it still waits
      phase: turn['phase'] === 'preparing' ? 'preparing' : 'running',
      attempts: 0,
      growing: null,
      last_message_id: turn['is_group'] === 1 ? '' : (turn['last_message_id'] ?? ''),
    });
    for (const json of messages) {
      storeMessage(sql, messageHere(channel, json), clock.now());
      sql.exec('UPDATE inbox SET taken = 1 WHERE seq = last_insert_rowid()');
    }
    for (const row of received) insert(sql, 'received_file', row);
    for (const row of delivered) insert(sql, 'delivered', row);
    for (const { id, ...row } of questions) {
      // Its number is above all that either chat has had, so that no button of before fits it
      const number = z.number().parse(id);
      sql.exec("INSERT OR IGNORE INTO question (id, tool_use_id, body) VALUES (?, '', '')", number);
      sql.exec("DELETE FROM question WHERE tool_use_id = ''");
      insert(sql, 'question', { ...row, outbox_id: null });
    }
    const question = openQuestion(sql);
    if (question !== undefined) ask(channel, question);
  });
  channel.kick('turn');
  return true;
}

/** Where the chat's id is that of its person, the person has the new one, too. */
function messageHere({ address }: Channel, json: string): StoredMessage {
  const message = StoredMessage.parse(JSON.parse(json));
  const isPerson = message.sender.id === message.address.chatId;
  const sender = isPerson ? { ...message.sender, id: address.chatId } : message.sender;
  return { ...message, address, sender };
}

/** `row` came out of the same table. */
function insert(sql: SqlStorage, table: string, row: Row): void {
  const columns = Object.keys(row);
  sql.exec(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}
