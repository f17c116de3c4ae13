import { z } from 'zod';
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

const Row = z.object({
  seq: z.number(),
  at: z.number(),
  taken: z.number(),
  message: z.string().transform((json) => StoredMessage.parse(JSON.parse(json))),
});
export type InboxRow = z.infer<typeof Row>;

/** More than these are never one prompt. */
const MOST = 20;

/** What waits, the oldest first. */
export const waitingMessages = (sql: SqlStorage): InboxRow[] =>
  sql
    .exec('SELECT * FROM inbox WHERE taken = 0 ORDER BY seq LIMIT ?', MOST)
    .toArray()
    .map((row) => Row.parse(row));

/** Those that the turn under way is made of. */
export const takenMessages = (sql: SqlStorage): InboxRow[] =>
  sql
    .exec('SELECT * FROM inbox WHERE taken = 1 ORDER BY seq')
    .toArray()
    .map((row) => Row.parse(row));
