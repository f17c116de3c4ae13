import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import type { OutboundContent, OutboundPiece } from '#channel/platform.ts';
import { cleanText } from '#channel/clean-text.ts';
import { readTurn, type Turn } from '#channel/turn.ts';

const OutboundFile = z.object({ name: z.string(), mimeType: z.string(), size: z.number() });

const Choice = z.object({ id: z.string(), label: z.string(), description: z.string() });

const Content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), markdown: z.string() }),
  z.object({ kind: z.literal('choices'), markdown: z.string(), choices: z.array(Choice) }),
  z.object({ kind: z.literal('file'), file: OutboundFile, caption: z.string() }),
]) satisfies z.ZodType<OutboundContent>;

const OnePiece = z.object({ request: z.record(z.string(), z.unknown()), file: OutboundFile.nullable() });
const Piece = OnePiece.extend({
  instead: z.array(OnePiece).exactOptional(),
}) satisfies z.ZodType<OutboundPiece>;

/** Where a file of a session is. */
export const FileSource = z.object({
  username: z.string(),
  sessionId: z.string(),
  /** Relative to the workspace. */
  path: z.string(),
  /** Of the content that is meant. */
  version: z.string().nullable().default(null),
});
export type FileSource = z.infer<typeof FileSource>;

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text) => schema.parse(JSON.parse(text)));

const Row = z.object({
  id: z.number(),
  created_at: z.number(),
  /** `growing`: the beginning of an answer, until the whole of it takes its place. It goes out once or not at all. */
  kind: z.enum(['answer', 'notice', 'lost', 'growing']),
  /** Null: the piece is one of several, and says all that is needed of it. */
  content: z.string().transform((text) => (text === '' ? null : Content.parse(JSON.parse(text)))),
  piece: json(Piece),
  file: z
    .string()
    .transform((text) => FileSource.parse(JSON.parse(text)))
    .nullable(),
  /** The row whose message this one replaces. */
  edits: z.number().nullable(),
  /** The platform's id of the message that it quotes. */
  reply_to: z.string().nullable(),
  /** `unclear`: it went out, but whether it arrived is not known. */
  state: z.enum(['pending', 'sending', 'unclear']),
  attempts: z.number(),
  /** Not before then, milliseconds since 1970. */
  due: z.number(),
  began_at: z.number().nullable(),
  /** How often it went out without a word of whether it arrived. */
  unclear_sends: z.number(),
});
export type OutboxRow = z.infer<typeof Row>;

export interface Outgoing {
  readonly kind: OutboxRow['kind'];
  readonly content: OutboundContent;
  readonly file?: FileSource;
  readonly edits?: number;
  /** In a group it quotes the message that asked. */
  readonly quotes?: boolean;
}

/**
 * Puts a message at the end of what is to be sent, and gives the row of its last piece. Nothing secret gets in. Of what
 * the turn says, the next takes the place of what was shown while it grew.
 */
export function addToOutbox(channel: Channel, outgoing: Outgoing): number {
  const { kind, content, file, quotes = false } = outgoing;
  const { sql, platform, clock } = channel;
  const clean = cleanContent(channel, content);
  const whole = platform.format(clean);
  const pieces = kind === 'growing' ? whole.slice(0, 1) : whole;
  const turn = readTurn(sql);
  const edits = outgoing.edits ?? (kind === 'answer' && turn !== undefined ? endGrowing(sql, turn) : null);
  const replyTo = quotes && turn?.is_group === 1 ? turn.last_message_id || null : null;
  for (const [index, piece] of pieces.entries()) {
    const isFirst = index === 0;
    sql.exec(
      'INSERT INTO outbox (created_at, kind, content, piece, file, edits, reply_to) VALUES (?, ?, ?, ?, ?, ?, ?)',
      clock.now(),
      kind,
      whole.length === 1 ? JSON.stringify(clean) : '',
      JSON.stringify(piece),
      file === undefined ? null : JSON.stringify(file),
      isFirst ? edits : null,
      isFirst ? replyTo : null,
    );
  }
  return Number(sql.exec('SELECT max(id) AS id FROM outbox').one()['id']);
}

/** What never went out of it need not any more. */
function endGrowing(sql: SqlStorage, { growing }: Turn): number | null {
  if (growing === null) return null;
  sql.exec('UPDATE turn SET growing = NULL');
  sql.exec(
    "UPDATE outbox SET state = 'refused', content = '', piece = '' WHERE id = ? AND state = 'pending'",
    growing,
  );
  return growing;
}

/** Something that Edgewise itself says. */
export function addNotice(channel: Channel, markdown: string): void {
  addToOutbox(channel, { kind: 'notice', content: { kind: 'text', markdown } });
  channel.kick('outbox');
}

function cleanContent(channel: Channel, content: OutboundContent): OutboundContent {
  const clean = (text: string) => cleanText(text, channel.settings);
  switch (content.kind) {
    case 'text':
      return { kind: 'text', markdown: clean(content.markdown) };
    case 'choices':
      return {
        kind: 'choices',
        markdown: clean(content.markdown),
        choices: content.choices.map(({ id, label, description }) => ({
          id,
          label: clean(label),
          description: clean(description),
        })),
      };
    case 'file':
      return { ...content, caption: clean(content.caption) };
  }
}

/** The one that has to go out next, whatever it waits for. A beginning that may be there waits for its whole. */
export function nextOutboxRow(sql: SqlStorage): OutboxRow | undefined {
  const [row] = sql
    .exec(
      `SELECT * FROM outbox WHERE state IN ('pending', 'sending', 'unclear')
         AND NOT (kind = 'growing' AND state = 'unclear') ORDER BY id LIMIT 1`,
    )
    .toArray();
  return row === undefined ? undefined : Row.parse(row);
}

/** Its receipt stays, without what it said. */
export const markSent = (
  { sql }: Channel,
  id: number,
  { messageId, at }: { readonly messageId: string | null; readonly at: number },
): void =>
  void sql.exec(
    "UPDATE outbox SET state = 'sent', message_id = ?, sent_at = ?, content = '', piece = '', file = NULL WHERE id = ?",
    messageId,
    at,
    id,
  );

export const dropRow = ({ sql }: Channel, id: number): void =>
  void sql.exec(
    "UPDATE outbox SET state = 'refused', content = '', piece = '', file = NULL WHERE id = ?",
    id,
  );

/** Of a chat that takes nothing more. Who writes there again is told of answers; questions are then asked again. */
export function dropAll(channel: Channel): void {
  const { sql } = channel;
  const waits = "state IN ('pending', 'sending', 'unclear')";
  const [loss] = sql
    .exec(
      `SELECT 1 FROM outbox WHERE ${waits} AND kind IN ('answer', 'lost')
         AND id NOT IN (SELECT outbox_id FROM question WHERE outbox_id IS NOT NULL) LIMIT 1`,
    )
    .toArray();
  channel.transaction(() => {
    sql.exec(`UPDATE outbox SET state = 'refused', content = '', piece = '', file = NULL WHERE ${waits}`);
    if (loss !== undefined) holdLoss(channel);
  });
}

const LOST = 'Some of my messages could not be delivered. Ask again for what is missing.';

/** In one line for however many. False: it is there already. */
function addLoss(channel: Channel): boolean {
  const [there] = channel.sql
    .exec("SELECT 1 FROM outbox WHERE kind = 'lost' AND state IN ('pending', 'sending', 'unclear', 'held')")
    .toArray();
  if (there !== undefined) return false;
  addToOutbox(channel, { kind: 'lost', content: { kind: 'text', markdown: LOST } });
  return true;
}

export function tellLoss(channel: Channel): void {
  if (addLoss(channel)) channel.kick('outbox');
}

/** As nothing can be said now, it is when the person writes again. */
export function holdLoss(channel: Channel): void {
  if (addLoss(channel))
    channel.sql.exec("UPDATE outbox SET state = 'held' WHERE kind = 'lost' AND state = 'pending'");
}

/** The person has written. */
export function tellHeldLoss(channel: Channel): void {
  const { sql, clock } = channel;
  const told = sql
    .exec(
      "UPDATE outbox SET state = 'pending', created_at = ? WHERE state = 'held' RETURNING id",
      clock.now(),
    )
    .toArray();
  if (told.length > 0) channel.kick('outbox');
}
