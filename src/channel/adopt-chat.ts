import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { StoredMessage, storeMessage } from '#channel/inbound-message.ts';
import { adoptPerson } from '#channel/linked-chat.ts';
import { Moved, MovedTurn, type Row } from '#channel/moved.ts';
import { ask, openQuestion } from '#channel/questions.ts';
import { readTurn } from '#channel/turn.ts';

/** Where the person goes on under another id, D1 knows that a moment later than this object. */
const LOOK_MS = 2000;

/** Goes on where another object was; done twice, it changes nothing more. */
export function adopt(channel: Channel, body: string): void {
  const { sql, clock } = channel;
  const { key, chatId, leftAt = clock.now(), person, ...moved } = Moved.parse(JSON.parse(body));
  const { conversations, messages, outbox, turn, questions, looks } = moved;
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
      if (isNew(message.key)) storeMessage(sql, message, leftAt);
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
    if (person !== null)
      adoptPerson(channel, { ...person, sender: senderHere(channel, person.sender, chatId) });
    for (const row of questions) adoptQuestion(sql, row);
    for (const { username, session_id } of looks)
      sql.exec(
        'INSERT OR IGNORE INTO asked_elsewhere (username, session_id, again, due) VALUES (?, ?, 0, ?)',
        username,
        session_id,
        clock.now() + LOOK_MS,
      );
    if (turn !== null) sql.exec('INSERT INTO arrived (body) VALUES (?)', JSON.stringify({ ...turn, chatId }));
    takeArrived(channel);
  });
  for (const what of ['turn', 'inbox', 'outbox', 'elsewhere'] as const) channel.kick(what);
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
    for (const row of questions) adoptQuestion(sql, row);
    const question = openQuestion(sql);
    if (question !== undefined) ask(channel, question);
  });
  channel.kick('turn');
  return true;
}

function messageHere(channel: Channel, json: string): StoredMessage {
  const message = StoredMessage.parse(JSON.parse(json));
  const sender = senderHere(channel, message.sender, message.address.chatId);
  return { ...message, address: channel.address, sender };
}

/** Where the chat's id was that of its person, the person has the new one, too. */
const senderHere = <Sender extends { readonly id: string }>(
  { address }: Channel,
  sender: Sender,
  before: string,
): Sender => (sender.id === before ? { ...sender, id: address.chatId } : sender);

/** An answer that was given there counts, also where the same is asked here already. */
function adoptQuestion(sql: SqlStorage, { id, ...row }: Row): void {
  const { tool_use_id: call = null, state = null, reply = null } = row;
  const known = sql.exec('SELECT 1 FROM question WHERE tool_use_id = ?', call).toArray();
  if (known.length > 0) {
    if (state === 'answered')
      sql.exec(
        "UPDATE question SET state = 'answered', reply = ? WHERE tool_use_id = ? AND state = 'open'",
        reply,
        call,
      );
    return;
  }
  // Its number is above all that either chat has had, so that no button of before fits it
  sql.exec("INSERT OR IGNORE INTO question (id, tool_use_id, body) VALUES (?, '', '')", z.number().parse(id));
  sql.exec("DELETE FROM question WHERE tool_use_id = ''");
  insert(sql, 'question', { ...row, outbox_id: null });
}

/** `row` came out of the same table. */
function insert(sql: SqlStorage, table: string, row: Row): void {
  const columns = Object.keys(row);
  sql.exec(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}
