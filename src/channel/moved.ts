import { z } from 'zod';
import { MovedPerson } from '#channel/linked-chat.ts';

/** As it is in its table. */
export const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
export type Row = z.infer<typeof Row>;
export const Rows = z.array(Row);
export type Rows = z.infer<typeof Rows>;

export const Conversations = z.array(
  z.object({ username: z.string(), session_id: z.string(), created_at: z.number() }),
);
export const Looks = z.array(z.object({ username: z.string(), session_id: z.string() }));

export const MovedTurn = z.object({
  turn: Row,
  /** What it is made of, while it is being prepared. */
  messages: z.array(z.string()),
  received: Rows,
  delivered: Rows,
  questions: Rows,
});

/**
 * Which sessions a chat is in, what came and waits there, what it has yet to send, the turn under way, and the person
 * with what sessions elsewhere ask of them; or a part of all that.
 */
export const Moved = z.object({
  key: z.string(),
  /** Of the chat that it was. */
  chatId: z.string(),
  /** When it left, milliseconds since 1970: what came until then is no answer to what is asked anew. Absent: just now. */
  leftAt: z.number().exactOptional(),
  conversations: Conversations.default([]),
  outbox: Rows.default([]),
  turn: MovedTurn.nullable().default(null),
  person: MovedPerson.nullable().default(null),
  /** Of sessions elsewhere, and which of these are to be looked at. */
  questions: Rows.default([]),
  looks: Looks.default([]),
  messages: z.array(z.string()).default([]),
});
export type Part = Omit<z.input<typeof Moved>, 'key' | 'chatId' | 'leftAt'>;
