import { z } from 'zod';
import { Verbosity } from '#protocol/verbosity.ts';

const Call = z.object({ name: z.string(), path: z.string().nullable() });

const Turn = z.object({
  /** By which the session knows its prompt. */
  message_id: z.string(),
  sender_id: z.string(),
  username: z.string(),
  session_id: z.string(),
  agent_id: z.string().nullable(),
  verbosity: Verbosity,
  is_group: z.number(),
  /** 1: the user is the account that was linked with the person of this private chat. */
  is_linked: z.number(),
  /** The platform's id of the newest message in it. Empty: a group had it under another id. */
  last_message_id: z.string(),
  phase: z.enum(['preparing', 'running', 'waiting']),
  /** Of the session's event stream: what is before it has become messages. */
  position: z.number(),
  /** 1 once its prompt was seen in the stream: what comes before it belongs to another turn. */
  started: z.number(),
  /** 1: the user wants it to end. */
  stop: z.number(),
  /** How many messages it gave. */
  said: z.number(),
  /** Text that waits for more, where messages are costly. */
  held: z.string(),
  /** The row in the outbox of what is shown of a message that is not whole yet. */
  growing: z.number().nullable(),
  /** Calls without a result, by id. */
  calls: z.string().transform((json) => z.record(z.string(), Call).parse(JSON.parse(json))),
  /** How often it was followed without anything new. */
  attempts: z.number(),
  /** How often the session said that it goes on. */
  pokes: z.number(),
});
export type Turn = z.infer<typeof Turn>;

export function readTurn(sql: SqlStorage): Turn | undefined {
  const [row] = sql.exec('SELECT * FROM turn').toArray();
  return row === undefined ? undefined : Turn.parse(row);
}

/** What the turn needed is forgotten with it. */
export function deleteTurn(sql: SqlStorage): void {
  sql.exec('DELETE FROM turn');
  sql.exec('DELETE FROM inbox WHERE taken = 1');
  sql.exec('DELETE FROM received_file');
  sql.exec('DELETE FROM delivered');
  sql.exec('DELETE FROM question WHERE session_id IS NULL');
}
