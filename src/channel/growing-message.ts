import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { cleanText } from '#channel/clean-text.ts';
import { addToOutbox, dropRow, type OutboxRow } from '#channel/outbox.ts';
import { freeAt, noteSent, sentLately } from '#channel/pace.ts';
import type { OutboundPiece, SendOutcome } from '#channel/platform.ts';
import type { Show } from '#channel/show-growing-text.ts';
import { readTurn } from '#channel/turn.ts';
import { untilAborted, withDeadline } from '#lib/deadline.ts';

/**
 * A message that is sent with what there is, then edited, in chats that have nothing else for it. Contract: its row is
 * named by the turn, so that after a crash, too, what the turn says next takes its place (`addToOutbox`); what is shown
 * in between is stored nowhere. Null where the platform cannot.
 */
export function growingMessage(channel: Channel): Show | null {
  const { platform, clock, sql } = channel;
  const pace = platform.limits.groupEdits;
  if (platform.edit === undefined || pace === undefined) return null;
  let isPossible = true;
  let shown = '';

  const showMore = async (markdown: string) => {
    const row = growingRow(sql);
    // The one before may have ended otherwise while this waited
    if (!isPossible || channel.pausedUntil > clock.now()) return;
    if (row?.state !== 'sent' || row.message_id === null || freeAt(channel) > clock.now()) return;
    const [piece] = platform.format({ kind: 'text', markdown: cleanText(markdown, channel.settings) });
    const now = JSON.stringify(piece);
    if (piece === undefined || now === shown) return;
    shown = now;
    const outcome = await editInTime(channel, row.message_id, piece);
    noteSent(channel);
    if (outcome?.kind === 'retry') channel.pausedUntil = clock.now() + outcome.afterMs;
    // An edit whose end is not known may come late, but not after many
    else if (outcome?.kind !== 'sent') isPossible = false;
  };

  return {
    firstMs: pace.everyMs / 2,
    // A quarter of what the group takes is free; what goes beyond makes it slower
    everyMs: () => pace.everyMs * Math.max(1, (sentLately(channel) * 4) / pace.perMinute),
    show(text) {
      // The rest is for messages themselves
      const isBusy = sentLately(channel) >= pace.perMinute * 0.75 || channel.pausedUntil > clock.now();
      if (!isPossible || isBusy || text.trim() === '') return;
      const markdown = unfinished(text);
      if (growingRow(sql) === undefined) begin(channel, markdown);
      else channel.showMore = () => showMore(markdown);
      channel.kick('outbox');
    },
  };
}

/** Waited for no longer than two more would take: the answer, and what else is to be sent, stands behind it. */
async function editInTime(
  channel: Channel,
  messageId: string,
  piece: OutboundPiece,
): Promise<SendOutcome | undefined> {
  const { platform, address, lateEdits, log } = channel;
  const edit = platform.edit?.(messageId, piece, address);
  if (edit === undefined) return undefined;
  const waitMs = 2 * (platform.limits.groupEdits?.everyMs ?? 0);
  return withDeadline(waitMs, null, ({ signal }) =>
    untilAborted(edit, signal, () => {
      const end = edit
        .catch((error: unknown) => log.warn('edit_failed', { error: String(error) }))
        .finally(() => lateEdits.delete(messageId));
      lateEdits.set(messageId, end);
      return undefined;
    }),
  );
}

/** What a message was made into while an earlier edit of it was still on its way: after that one's end, it is again. */
export async function editOnceMore(
  channel: Channel,
  { piece, edits }: OutboxRow,
  late: Promise<unknown>,
): Promise<void> {
  await late;
  channel.sql.exec(
    "INSERT INTO outbox (created_at, kind, content, piece, edits) VALUES (?, 'notice', '', ?, ?)",
    channel.clock.now(),
    JSON.stringify(piece),
    edits,
  );
  channel.kick('outbox');
}

/** What follows a fence or a table on its line would break it. */
const unfinished = (text: string): string =>
  `${text.trimEnd()}${/[`~|]$/.test(text.trimEnd()) ? '\n\n' : ' '}…`;

function begin(channel: Channel, markdown: string): void {
  const turn = readTurn(channel.sql);
  if (turn === undefined) return;
  channel.transaction(() => {
    const id = addToOutbox(channel, {
      kind: 'growing',
      content: { kind: 'text', markdown },
      quotes: turn.said === 0,
    });
    channel.sql.exec('UPDATE turn SET growing = ?', id);
  });
}

const Row = z.object({ state: z.string(), message_id: z.string().nullable() });

function growingRow(sql: SqlStorage): z.infer<typeof Row> | undefined {
  const [row] = sql
    .exec('SELECT state, message_id FROM outbox WHERE id = (SELECT growing FROM turn)')
    .toArray();
  return row === undefined ? undefined : Row.parse(row);
}

/** It was not taken: the whole will be, or another beginning. */
export function notShown(
  channel: Channel,
  row: OutboxRow,
  outcome: Exclude<SendOutcome, { kind: 'sent' | 'unknown' }>,
): void {
  const { clock, log, platformName, sql } = channel;
  log.info('growing_not_shown', { channel: platformName, reason: outcome.reason });
  dropRow(channel, row.id);
  if (outcome.kind !== 'retry') return;
  channel.pausedUntil = clock.now() + outcome.afterMs;
  sql.exec('UPDATE turn SET growing = NULL WHERE growing = ?', row.id);
}

/** The whole of a message whose beginning may be there, nobody knows where, says that it may be a repeat. */
export function takeDoubt(channel: Channel, { id, edits }: OutboxRow): boolean {
  const [doubtful] = channel.sql
    .exec(
      `SELECT id FROM outbox WHERE id = ? AND kind = 'growing' AND state IN ('unclear', 'sent')
         AND message_id IS NULL`,
      edits,
    )
    .toArray();
  if (doubtful === undefined) return false;
  channel.transaction(() => {
    dropRow(channel, Number(doubtful['id']));
    channel.sql.exec(
      "UPDATE outbox SET edits = NULL, state = 'unclear', unclear_sends = unclear_sends + 1 WHERE id = ?",
      id,
    );
  });
  return true;
}
