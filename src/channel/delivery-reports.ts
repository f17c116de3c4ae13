import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { dropRow, holdLoss, markSent, tellLoss, type OutboxRow } from '#channel/outbox.ts';
import { rememberError } from '#channel/platform-errors.ts';
import type { DeliveryReport } from '#channel/platform.ts';

/** What went out so shortly before, and got no id, may be what a report is of. */
const NAMELESS_MS = 60 * 60 * 1000;

/** Keeps what a platform tells of a message. One that it took and could not deliver is a loss. */
export function takeReport(channel: Channel, { messageId, state, reason }: DeliveryReport): void {
  const { sql, clock } = channel;
  // The time stays that of the first: a message that is read late is not one that was just sent
  sql.exec(
    `INSERT INTO report (message_id, state, at, reason) VALUES (?, ?, ?, ?)
       ON CONFLICT (message_id) DO UPDATE SET state = excluded.state, reason = coalesce(excluded.reason, reason)`,
    messageId,
    state,
    clock.now(),
    reason,
  );
  if (state === 'failed') takeFailure(channel, messageId, reason);
  sql.exec("UPDATE outbox SET due = 0 WHERE state = 'unclear'");
  channel.kick('outbox');
}

/** A report may be faster than the answer to the call that sent the message. */
export function failedAlready(channel: Channel, messageId: string | null): void {
  const [failed] = channel.sql
    .exec("SELECT reason FROM report WHERE message_id = ? AND state = 'failed'", messageId)
    .toArray();
  if (failed === undefined || messageId === null) return;
  takeFailure(channel, messageId, z.string().nullable().parse(failed['reason']));
}

function takeFailure(channel: Channel, messageId: string, reason: string | null): void {
  const { sql, log, platformName } = channel;
  const [row] = sql
    .exec("SELECT id, kind FROM outbox WHERE message_id = ? AND state = 'sent'", messageId)
    .toArray();
  if (row === undefined) return;
  dropRow(channel, Number(row['id']));
  log.warn('delivery_failed', { channel: platformName, reason });
  // Of a notice that did not arrive no other need tell
  if (row['kind'] === 'answer') tellLoss(channel);
  if (row['kind'] === 'lost') holdLoss(channel);
  const error = { reason: reason ?? 'a message was taken, and not delivered', authentication: false };
  void rememberError(channel, error).catch((problem: unknown) =>
    log.warn('error_not_kept', { channel: platformName, error: String(problem) }),
  );
}

const Report = z.object({ message_id: z.string(), at: z.number() });

/**
 * A report of a message that we have no receipt of, from after it went out: that is the one, unless another without a
 * receipt went out shortly before.
 */
export function wasReported(channel: Channel, { id, began_at }: OutboxRow): boolean {
  const began = began_at ?? 0;
  const [report] = channel.sql
    .exec(
      `SELECT message_id, at FROM report WHERE at >= ?1 AND state <> 'failed'
         AND message_id NOT IN (SELECT message_id FROM outbox WHERE message_id IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'sent' AND message_id IS NULL AND sent_at >= ?2)
       ORDER BY at LIMIT 1`,
      began,
      began - NAMELESS_MS,
    )
    .toArray();
  if (report === undefined) return false;
  const { message_id: messageId, at } = Report.parse(report);
  markSent(channel, id, { messageId, at });
  return true;
}
