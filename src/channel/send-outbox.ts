import type { Channel } from '#channel/channel.ts';
import { openFile } from '#channel/deliver-file.ts';
import { rememberError } from '#channel/platform-errors.ts';
import { addToOutbox, nextOutboxRow, piecesOf, type OutboxRow } from '#channel/outbox.ts';
import { fileUrl, linkFor } from '#channel/file-link.ts';
import type { OutboundContent, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { repeatLabel } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';
import { assertNever } from '#lib/assert-never.ts';

/** Then a message is given up: what comes so late answers nothing any more. */
const GIVE_UP_MS = 6 * 60 * 60 * 1000;

/** Between tries: doubled each time, from the first to the second. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60 * 1000;

/** A message that may have arrived so often is not sent once more. */
const MAX_UNCLEAR = 4;

/** How long a report of a message is waited for whose sending broke off. */
const REPORT_WAIT_MS = 60_000;

/** Waiting longer than this is the alarm's business. */
const SHORT_WAIT_MS = 5000;

const LOST =
  'Some of my messages could not be delivered in time and were dropped. Ask again for what is missing.';

/**
 * Sends what waits, one after the other. Contract: a message is marked before it goes out, so that one whose end is
 * unknown, after a crash or a broken connection, is never repeated without saying so.
 */
export async function sendOutbox(channel: Channel): Promise<void> {
  // Left by a crash
  channel.sql.exec(
    "UPDATE outbox SET state = 'unclear', unclear_sends = unclear_sends + 1 WHERE state = 'sending'",
  );
  for (let row = nextOutboxRow(channel.sql); row !== undefined; row = nextOutboxRow(channel.sql)) {
    const due = Math.max(row.due, channel.lastSentAt + channel.platform.limits.spacingMs);
    const wait = due - channel.clock.now();
    if (wait > SHORT_WAIT_MS) {
      channel.sql.exec('UPDATE outbox SET due = ? WHERE id = ?', due, row.id);
      return;
    }
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      continue;
    }
    await channel.draft;
    await sendRow(channel, row);
  }
}

async function sendRow(channel: Channel, row: OutboxRow): Promise<void> {
  const { sql, clock, platform } = channel;
  if (row.state === 'unclear' && wasReported(channel, row)) return;
  const isHopeless = row.state === 'unclear' && row.unclear_sends >= MAX_UNCLEAR;
  if (isHopeless || clock.now() - row.created_at > GIVE_UP_MS) return giveUp(channel, row);
  if (row.state === 'unclear' && platform.limits.reportsDelivery === true) {
    const until = (row.began_at ?? 0) + REPORT_WAIT_MS;
    if (clock.now() < until) return void sql.exec('UPDATE outbox SET due = ? WHERE id = ?', until, row.id);
  }
  const pieces = row.state === 'unclear' ? labelled(channel, row) : [row.piece];
  sql.exec(
    "UPDATE outbox SET state = 'sending', began_at = ?, attempts = attempts + 1 WHERE id = ?",
    clock.now(),
    row.id,
  );
  for (const [index, piece] of pieces.entries()) {
    const outcome = await sendPiece(channel, row, piece);
    const isLast = index === pieces.length - 1;
    if (isLast || outcome.kind !== 'sent') return settle(channel, row, outcome);
    keepLabel(channel, outcome.messageId);
  }
}

async function sendPiece(channel: Channel, row: OutboxRow, piece: OutboundPiece): Promise<SendOutcome> {
  const { platform, address, sql } = channel;
  if (row.edits !== null) {
    const edited = sql.exec('SELECT message_id FROM outbox WHERE id = ?', row.edits).toArray()[0]?.[
      'message_id'
    ];
    if (platform.edit !== undefined && typeof edited === 'string') {
      const outcome = await platform.edit(edited, piece, address);
      if (outcome.kind !== 'unsupported' && outcome.kind !== 'refused') return outcome;
    }
  }
  const { file } = row;
  return platform.send(
    piece,
    address,
    () => openFile(channel, file),
    async () => (file === null ? null : fileUrl(channel, file)),
  );
}

async function settle(channel: Channel, row: OutboxRow, outcome: SendOutcome): Promise<void> {
  const { sql, clock, log } = channel;
  const now = clock.now();
  switch (outcome.kind) {
    case 'sent':
      channel.lastSentAt = now;
      sql.exec(
        "UPDATE outbox SET state = 'sent', message_id = ?, content = '', piece = '', file = NULL WHERE id = ?",
        outcome.messageId,
        row.id,
      );
      return typeAgain(channel);
    case 'retry':
      log.warn('send_postponed', {
        channel: channel.platformName,
        reason: outcome.reason,
        attempts: row.attempts,
      });
      sql.exec(
        'UPDATE outbox SET state = ?, due = ? WHERE id = ?',
        // The one whose label went out already is labelled again
        row.state === 'unclear' ? 'unclear' : 'pending',
        now + Math.max(outcome.afterMs, waitBefore(row.attempts)),
        row.id,
      );
      return undefined;
    case 'unknown':
      log.warn('send_unclear', { channel: channel.platformName, reason: outcome.reason });
      sql.exec(
        "UPDATE outbox SET state = 'unclear', unclear_sends = unclear_sends + 1, due = ? WHERE id = ?",
        now + waitBefore(row.attempts),
        row.id,
      );
      return undefined;
    case 'unsupported':
      return sendOtherwise(channel, row, outcome.reason);
    case 'refused':
      await rememberError(channel, outcome);
      // A token can be mended, and then all of it is still wanted; who blocked the bot wants none of it
      if (outcome.authentication) {
        sql.exec("UPDATE outbox SET state = 'pending', due = ? WHERE id = ?", now + LONGEST_WAIT_MS, row.id);
      } else {
        log.warn('send_refused', { channel: channel.platformName, reason: outcome.reason });
        sql.exec("UPDATE outbox SET state = 'refused' WHERE state IN ('pending', 'sending', 'unclear')");
      }
      return undefined;
    default:
      return assertNever(outcome);
  }
}

const waitBefore = (attempts: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 16));

/** In the row's own place, as a link where it was a file, else as plain text. */
async function sendOtherwise(channel: Channel, row: OutboxRow, reason: string): Promise<void> {
  const { sql, log } = channel;
  log.warn('send_unsupported', { channel: channel.platformName, reason });
  const other = await otherForm(channel, row);
  const [piece] = other === null ? [] : channel.platform.format(other);
  if (other === null || piece === undefined) {
    await rememberError(channel, { reason, authentication: false });
    sql.exec("UPDATE outbox SET state = 'refused' WHERE id = ?", row.id);
    return;
  }
  sql.exec(
    "UPDATE outbox SET state = 'pending', content = ?, piece = ?, file = NULL WHERE id = ?",
    JSON.stringify(other),
    JSON.stringify(piece),
    row.id,
  );
}

async function otherForm(channel: Channel, { content, file }: OutboxRow): Promise<OutboundContent | null> {
  if (content.kind === 'file' && file !== null)
    return { kind: 'text', markdown: await linkFor(channel, content.file, file) };
  if (content.kind !== 'choices') return null;
  const list = content.choices.map(({ label }, index) => `${index + 1}. ${label}`);
  return {
    kind: 'text',
    markdown: [content.markdown, list.join('\n'), 'Reply with the number.'].join('\n\n'),
  };
}

/** The label in the message itself where it is all of its content, else in a message before it. */
function labelled(channel: Channel, row: OutboxRow): readonly OutboundPiece[] {
  const { content } = row;
  const label = channel.platform.format({ kind: 'text', markdown: repeatLabel });
  if (content.kind === 'file' || piecesOf(channel, row).length > 1) return [...label, row.piece];
  return channel.platform.format({ ...content, markdown: `${repeatLabel} ${content.markdown}` });
}

/** Its receipt, or a report of the label would pass for one of what it stands before. */
function keepLabel({ sql, clock }: Channel, messageId: string | null): void {
  sql.exec(
    "INSERT INTO outbox (created_at, kind, content, piece, state, message_id) VALUES (?, 'notice', '', '', 'sent', ?)",
    clock.now(),
    messageId,
  );
}

/** A report of a message that we have no receipt of, from after it went out: that is the one. */
function wasReported({ sql }: Channel, { id, began_at }: OutboxRow): boolean {
  const [report] = sql
    .exec(
      `SELECT message_id FROM report WHERE at >= ? AND state <> 'failed'
         AND message_id NOT IN (SELECT message_id FROM outbox WHERE message_id IS NOT NULL) ORDER BY at LIMIT 1`,
      began_at ?? 0,
    )
    .toArray();
  if (report === undefined) return false;
  sql.exec(
    "UPDATE outbox SET state = 'sent', message_id = ?, content = '', piece = '', file = NULL WHERE id = ?",
    report['message_id'],
    id,
  );
  return true;
}

async function giveUp(channel: Channel, row: OutboxRow): Promise<void> {
  const { sql, log } = channel;
  log.error('send_given_up', { channel: channel.platformName, attempts: row.attempts });
  channel.transaction(() => {
    sql.exec("UPDATE outbox SET state = 'refused' WHERE id = ?", row.id);
    const [told] = sql
      .exec("SELECT 1 FROM outbox WHERE kind = 'lost' AND state IN ('pending', 'unclear')")
      .toArray();
    if (told === undefined && row.kind !== 'lost')
      addToOutbox(channel, { kind: 'lost', content: { kind: 'text', markdown: LOST } });
  });
  await rememberError(channel, {
    reason: 'messages could not be delivered for hours',
    authentication: false,
  });
}

/** A message that arrives ends the sign on most platforms. */
async function typeAgain(channel: Channel): Promise<void> {
  const turn = readTurn(channel.sql);
  if (turn === undefined || turn.phase === 'waiting' || channel.platform.limits.typingMs === 0) return;
  await channel.platform
    .showTyping(channel.address, turn.last_message_id)
    .catch((error: unknown) => channel.log.warn('typing_failed', { error: String(error) }));
}
