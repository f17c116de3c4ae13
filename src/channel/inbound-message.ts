import { z } from 'zod';
import { commandOf } from '#channel/command.ts';
import type { InboundMessage } from '#channel/platform.ts';

const InboundMedia = z.object({
  kind: z.enum(['image', 'document', 'voice', 'video', 'audio', 'sticker']),
  reference: z.string(),
  fileName: z.string().nullable(),
  mimeType: z.string().nullable(),
  size: z.number().nullable(),
});

/** A message as it is stored in the inbox. */
export const StoredMessage = z.object({
  kind: z.literal('message'),
  key: z.string(),
  messageId: z.string(),
  address: z.object({ chatId: z.string(), threadId: z.string().nullable() }),
  isGroup: z.boolean(),
  isAddressed: z.boolean(),
  sender: z.object({ id: z.string(), otherIds: z.array(z.string()), name: z.string().nullable() }),
  sentAt: z.number(),
  text: z.string(),
  annotations: z.array(z.string()),
  media: z.array(InboundMedia),
  album: z.string().nullable(),
  editOf: z.string().nullable(),
  choice: z.string().nullable(),
}) satisfies z.ZodType<InboundMessage>;
export type StoredMessage = z.infer<typeof StoredMessage>;

const Row = z.object({
  seq: z.number(),
  at: z.number(),
  message: z.string().transform((json) => StoredMessage.parse(JSON.parse(json))),
  /** How often it was begun with and broke off. */
  attempts: z.number(),
  /** Not before then, milliseconds since 1970. */
  due: z.number(),
});
export type InboxRow = z.infer<typeof Row>;

/** More than these are not looked at together. */
const MOST = 20;

const select = (sql: SqlStorage, which: string, ...values: SqlStorageValue[]): InboxRow[] =>
  sql
    .exec(`SELECT * FROM inbox WHERE ${which}`, ...values)
    .toArray()
    .map((row) => Row.parse(row));

/** Those at the given places, in their order. */
export const messagesAt = (sql: SqlStorage, seqs: readonly number[]): InboxRow[] =>
  select(sql, 'seq IN (SELECT value FROM json_each(?)) ORDER BY seq', JSON.stringify(seqs));

/** Those that the turn under way is made of. */
export const takenMessages = (sql: SqlStorage): InboxRow[] => select(sql, 'taken = 1 ORDER BY seq');

/** That a message need not wait for the turn under way. */
export const isInstant = "taken = 0 AND command IS NOT NULL AND command NOT IN ('new', 'stop')";

export const nextInstant = (sql: SqlStorage, now: number): InboxRow | undefined =>
  select(sql, `${isInstant} AND due <= ? ORDER BY seq LIMIT 1`, now)[0];

/** The first thing that someone said to a question that was sent at a moment; null: it was not. `/new` is always heard. */
export const nextAnswer = (
  sql: SqlStorage,
  { senderId, askedAt }: { readonly senderId: string; readonly askedAt: number | null },
): InboxRow | undefined =>
  select(
    sql,
    `taken = 0 AND kept = 0 AND sender_id = ? AND (choice IS NOT NULL OR command = 'new' OR at >= ?)
     ORDER BY seq LIMIT 1`,
    senderId,
    askedAt,
  )[0];

/** What someone said in words while the message that asks was being sent: whether they had read it is not known. */
export const crossed = (
  sql: SqlStorage,
  {
    senderId,
    outboxId,
    askedAt,
  }: { readonly senderId: string; readonly outboxId: number; readonly askedAt: number },
): InboxRow[] =>
  select(
    sql,
    `taken = 0 AND kept = 0 AND sender_id = ? AND command IS NULL AND at < ?
       AND at >= (SELECT began_at FROM outbox WHERE id = ?) ORDER BY seq LIMIT ?`,
    senderId,
    askedAt,
    outboxId,
    MOST,
  );

/** Buttons that were pressed, and were not yet taken. */
export const pressedChoices = (sql: SqlStorage): InboxRow[] =>
  select(sql, 'taken = 0 AND choice IS NOT NULL ORDER BY seq LIMIT ?', MOST);

/** What was first said in words from a moment on, milliseconds since 1970. */
export const firstSince = (sql: SqlStorage, at: number): InboxRow | undefined =>
  select(
    sql,
    'taken = 0 AND kept = 0 AND choice IS NULL AND command IS NULL AND at >= ? ORDER BY seq LIMIT 1',
    at,
  )[0];

export const hasWritten = (sql: SqlStorage, senderId: string): boolean =>
  select(sql, 'taken = 0 AND kept = 0 AND sender_id = ? LIMIT 1', senderId).length > 0;

export const waitingMessage = (sql: SqlStorage, messageId: string): InboxRow | undefined =>
  select(sql, 'taken = 0 AND message_id = ? ORDER BY seq DESC LIMIT 1', messageId)[0];

export const storeMessage = (sql: SqlStorage, message: InboundMessage, now: number): void =>
  void sql.exec(
    'INSERT INTO inbox (at, message, command) VALUES (?, ?, ?)',
    now,
    JSON.stringify(message),
    commandOf(message)?.kind ?? null,
  );

export const replaceMessage = (sql: SqlStorage, seq: number, message: InboundMessage): void =>
  void sql.exec(
    'UPDATE inbox SET message = ?, command = ? WHERE seq = ?',
    JSON.stringify(message),
    commandOf(message)?.kind ?? null,
    seq,
  );
