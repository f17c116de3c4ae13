import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { failedAlready, wasReported } from '#channel/delivery-reports.ts';
import { openFile } from '#channel/deliver-file.ts';
import { rememberError } from '#channel/platform-errors.ts';
import {
  dropAll,
  dropRow,
  holdLoss,
  markSent,
  nextOutboxRow,
  tellLoss,
  type OutboxRow,
} from '#channel/outbox.ts';
import { linkFor } from '#channel/file-link.ts';
import type { OutboundContent, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { refreshFile } from '#channel/refresh-file.ts';
import { freeAt, noteSent } from '#channel/pace.ts';
import { editOnceMore, notShown, takeDoubt } from '#channel/growing-message.ts';
import { repeatLabel } from '#channel/text/notices.ts';
import { downloadUrl } from '#files/download-url.ts';
import { readTurn } from '#channel/turn.ts';
import { LONGEST_WAIT_MS, waitBefore } from '#channel/wait-before.ts';
import { assertNever } from '#lib/assert-never.ts';
import { untilAborted, withDeadline } from '#lib/deadline.ts';

/** Then a message is given up: what comes so late answers nothing any more. */
const GIVE_UP_MS = 6 * 60 * 60 * 1000;

/** A message that may have arrived so often is not sent once more. */
const MAX_UNCLEAR = 4;

/** How long a report of a message is waited for whose sending broke off. */
const REPORT_WAIT_MS = 60_000;

/** Waiting longer than this is the alarm's business. */
const SHORT_WAIT_MS = 5000;

/** A draft that hangs does not hold up the message that it was a draft of. */
const DRAFT_WAIT_MS = 1500;

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
    const due = Math.max(row.due, channel.pausedUntil, freeAt(channel));
    const wait = due - channel.clock.now();
    if (wait > SHORT_WAIT_MS) {
      channel.sql.exec('UPDATE outbox SET due = ? WHERE id = ?', due, row.id);
      return;
    }
    if (wait > 0) {
      await sleep(wait);
      continue;
    }
    const { draft } = channel;
    await withDeadline(DRAFT_WAIT_MS, null, ({ signal }) => untilAborted(draft, signal, () => undefined));
    // One that hangs is waited for once
    if (channel.draft === draft) channel.draft = Promise.resolve();
    await sendRow(channel, row);
  }
  const { showMore } = channel;
  channel.showMore = null;
  await showMore?.();
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function sendRow(channel: Channel, row: OutboxRow): Promise<void> {
  const { sql, clock, platform } = channel;
  const isRepeat = row.unclear_sends > 0;
  if (isRepeat && wasReported(channel, row)) return;
  const target = editTarget(channel, row);
  const isTooOften = target === null && row.unclear_sends >= MAX_UNCLEAR;
  if (isTooOften || clock.now() - row.created_at > GIVE_UP_MS)
    return giveUp(channel, row, 'messages could not be delivered for hours');
  if (isRepeat && platform.limits.reportsDelivery === true) {
    const until = (row.began_at ?? 0) + REPORT_WAIT_MS;
    if (clock.now() < until) return void sql.exec('UPDATE outbox SET due = ? WHERE id = ?', until, row.id);
  }
  if (takeDoubt(channel, row) || !(await refreshFile(channel, row))) return;
  sql.exec(
    "UPDATE outbox SET state = 'sending', began_at = ?, attempts = attempts + 1 WHERE id = ?",
    clock.now(),
    row.id,
  );
  const late = channel.lateEdits.get(target ?? '');
  const edited = target === null ? undefined : await platform.edit?.(target, row.piece, channel.address);
  // Else it cannot be edited any more
  if (edited !== undefined && edited.kind !== 'unsupported' && edited.kind !== 'refused') {
    if (late !== undefined) void editOnceMore(channel, row, late);
    return settle(channel, row, edited);
  }
  const pieces = isRepeat ? labelled(channel, row) : [row.piece];
  for (const [index, piece] of pieces.entries()) {
    const outcome = await sendPiece(channel, row, piece, index === 0 ? row.reply_to : null);
    const isLast = index === pieces.length - 1;
    if (isLast || outcome.kind !== 'sent') return settle(channel, row, outcome);
    keepLabel(channel, outcome.messageId);
  }
}

/** The message to edit, by its id. Done twice, an edit is the same: it needs no label, and may be tried often. */
function editTarget({ sql, platform }: Channel, { edits }: OutboxRow): string | null {
  if (platform.edit === undefined) return null;
  const [edited] = sql.exec('SELECT message_id FROM outbox WHERE id = ?', edits).toArray();
  return z
    .string()
    .nullable()
    .parse(edited?.['message_id'] ?? null);
}

const sendPiece = (
  channel: Channel,
  { file }: OutboxRow,
  piece: OutboundPiece,
  replyTo: string | null,
): Promise<SendOutcome> =>
  channel.platform.send(
    piece,
    { ...channel.address, ...(replyTo === null ? {} : { replyTo }) },
    () => openFile(channel, file),
    async () => (file === null ? null : downloadUrl(channel, file)),
  );

async function settle(channel: Channel, row: OutboxRow, outcome: SendOutcome): Promise<void> {
  const { sql, clock, log, platformName } = channel;
  const now = clock.now();
  if (row.kind === 'growing' && outcome.kind !== 'sent' && outcome.kind !== 'unknown')
    return notShown(channel, row, outcome);
  switch (outcome.kind) {
    case 'sent':
      noteSent(channel);
      channel.transaction(() => {
        markSent(channel, row.id, { messageId: outcome.messageId, at: now });
        failedAlready(channel, outcome.messageId);
      });
      // What was written while it was being sent is looked at now
      if (isQuestion(channel, row)) channel.kick('inbox');
      return typeAgain(channel);
    case 'retry':
      log.warn('send_postponed', { channel: platformName, reason: outcome.reason, attempts: row.attempts });
      return waitAgain(channel, row, now + Math.max(outcome.afterMs, waitBefore(row.attempts)));
    case 'unknown':
      log.warn('send_unclear', { channel: platformName, reason: outcome.reason });
      sql.exec(
        "UPDATE outbox SET state = 'unclear', unclear_sends = unclear_sends + 1, due = ? WHERE id = ?",
        now + waitBefore(row.attempts),
        row.id,
      );
      return undefined;
    case 'unsupported':
      log.warn('send_unsupported', { channel: platformName, reason: outcome.reason });
      return sendOtherwise(channel, row, outcome.reason);
    case 'refused':
      log.warn('send_refused', { channel: platformName, reason: outcome.reason });
      // A token can be mended, and then all of it is still wanted; who blocked the bot wants none of it
      if (outcome.authentication) waitAgain(channel, row, now + LONGEST_WAIT_MS);
      else dropAll(channel);
      return rememberError(channel, outcome);
    default:
      return assertNever(outcome);
  }
}

const isQuestion = ({ sql }: Channel, { id }: OutboxRow): boolean =>
  sql.exec('SELECT 1 FROM question WHERE outbox_id = ?', id).toArray().length > 0;

/** It did not go out this time. Whether, and when, it may have gone out before stays as it was. */
const waitAgain = ({ sql }: Channel, { id, unclear_sends, began_at }: OutboxRow, due: number): void =>
  void sql.exec(
    'UPDATE outbox SET state = ?, began_at = ?, due = ? WHERE id = ?',
    unclear_sends > 0 ? 'unclear' : 'pending',
    began_at,
    due,
    id,
  );

/** As a link where it was a file, else as plain text: in the row's own place, and what more that takes at the end. */
async function sendOtherwise(channel: Channel, row: OutboxRow, reason: string): Promise<void> {
  const { sql, clock } = channel;
  const link = await linkOf(channel, row);
  const [piece, ...others] = (link === null ? row.piece.instead : channel.platform.format(link)) ?? [];
  if (piece === undefined) return giveUp(channel, row, reason);
  channel.transaction(() => {
    sql.exec(
      'UPDATE outbox SET content = ?, piece = ?, file = NULL WHERE id = ?',
      link === null || others.length > 0 ? '' : JSON.stringify(link),
      JSON.stringify(piece),
      row.id,
    );
    waitAgain(channel, row, 0);
    for (const other of others)
      sql.exec(
        "INSERT INTO outbox (created_at, kind, content, piece) VALUES (?, ?, '', ?)",
        clock.now(),
        row.kind,
        JSON.stringify(other),
      );
    // Nobody has been asked before the last of it is there
    if (others.length > 0)
      sql.exec('UPDATE question SET outbox_id = (SELECT max(id) FROM outbox) WHERE outbox_id = ?', row.id);
  });
}

async function linkOf(channel: Channel, { content, file }: OutboxRow): Promise<OutboundContent | null> {
  if (content?.kind !== 'file' || file === null) return null;
  return { kind: 'text', markdown: await linkFor(channel, content.file, file) };
}

/** The label in the message itself where it is all of its content, else in a message before it. */
function labelled(channel: Channel, row: OutboxRow): readonly OutboundPiece[] {
  const { content } = row;
  const format = (whole: OutboundContent) => channel.platform.format(whole);
  const label = format({ kind: 'text', markdown: repeatLabel });
  if (content === null || content.kind === 'file' || format(content).length > 1) return [...label, row.piece];
  return format({ ...content, markdown: `${repeatLabel} ${content.markdown}` });
}

/** Its receipt, or a report of the label would pass for one of what it stands before. */
function keepLabel({ sql, clock }: Channel, messageId: string | null): void {
  sql.exec(
    `INSERT INTO outbox (created_at, kind, content, piece, state, message_id, sent_at)
     VALUES (?1, 'notice', '', '', 'sent', ?2, ?1)`,
    clock.now(),
    messageId,
  );
}

async function giveUp(channel: Channel, row: OutboxRow, reason: string): Promise<void> {
  channel.log.error('send_given_up', { channel: channel.platformName, attempts: row.attempts, reason });
  channel.transaction(() => {
    dropRow(channel, row.id);
    if (row.kind === 'lost') holdLoss(channel);
    else tellLoss(channel);
  });
  await rememberError(channel, { reason, authentication: false });
}

/** A message that arrives ends the sign on most platforms. Nothing waits for it. */
function typeAgain(channel: Channel): void {
  const turn = readTurn(channel.sql);
  if (turn === undefined || turn.phase === 'waiting' || channel.platform.limits.typingMs === 0) return;
  void channel.platform
    .showTyping(channel.address, turn.last_message_id)
    .catch((error: unknown) => channel.log.warn('typing_failed', { error: String(error) }));
}
