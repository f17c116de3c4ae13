import type { Channel } from '#channel/channel.ts';
import { readCommand } from '#channel/command.ts';
import { takeReport } from '#channel/delivery-reports.ts';
import { replaceMessage, storeMessage, waitingMessage } from '#channel/inbound-message.ts';
import { addNotice, tellHeldLoss } from '#channel/outbox.ts';
import type { DeliveryReport, InboundMessage, StopPressed } from '#channel/platform.ts';
import { accessDenied } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';

/** An event for this chat, and whether who sent it may use the bot. */
export interface Delivery {
  readonly event: InboundMessage | StopPressed | DeliveryReport;
  readonly admitted: boolean;
}

export type Receipt = 'ok' | 'blocked' | 'duplicate' | 'ignored';

/** Longer than any platform delivers the same thing again. */
const REMEMBER_MS = 8 * 24 * 60 * 60 * 1000;

const PRUNE_MS = 60 * 60 * 1000;

/** A stranger learns no more often that they are one. */
const DENIAL_MS = 60 * 60 * 1000;

/**
 * Takes what a webhook brought. Contract: synchronous and short; when this returns, it is stored, and a second
 * delivery of it changes nothing. A request to stop counts at once, whatever waits.
 */
export const receive = (channel: Channel, delivery: Delivery): Receipt =>
  // What breaks is as if it had never come, so that the platform's next delivery of it counts
  channel.transaction(() => take(channel, delivery));

function take(channel: Channel, { event, admitted }: Delivery): Receipt {
  if (event.kind === 'delivery') {
    takeReport(channel, event);
    return 'ignored';
  }
  const { sql, clock } = channel;
  const now = clock.now();
  const isNew =
    sql.exec('INSERT OR IGNORE INTO seen (key, at) VALUES (?, ?) RETURNING key', event.key, now).toArray()
      .length > 0;
  if (!isNew) return 'duplicate';
  prune(channel, now);
  if (!admitted) return deny(channel, event);
  if (event.kind === 'stop') return stop(channel, event.senderId);
  if (event.editOf !== null) return edit(channel, event, event.editOf);
  if (event.choice === null && readCommand(event.text)?.kind === 'stop')
    return stop(channel, event.sender.id);
  storeMessage(sql, event, now);
  tellHeldLoss(channel);
  channel.kick('inbox');
  return 'ok';
}

/** Done when something comes, so that an idle chat needs no timer. */
function prune(channel: Channel, now: number): void {
  if (now - channel.prunedAt < PRUNE_MS) return;
  channel.prunedAt = now;
  const { sql } = channel;
  const before = now - REMEMBER_MS;
  sql.exec('DELETE FROM seen WHERE at < ?', before);
  sql.exec('DELETE FROM report WHERE at < ?', before);
  sql.exec(
    "DELETE FROM outbox WHERE created_at < ? AND (state IN ('sent', 'refused') OR kind = 'growing')",
    before,
  );
}

/** In a group a stranger hears nothing: the others there did not ask. */
function deny(channel: Channel, event: InboundMessage | StopPressed): Receipt {
  const { sql, clock, settings } = channel;
  if (event.kind === 'stop' || event.isGroup) return 'blocked';
  sql.exec('DELETE FROM denial WHERE at < ?', clock.now() - DENIAL_MS);
  const isFirst =
    sql
      .exec(
        'INSERT OR IGNORE INTO denial (sender, at) VALUES (?, ?) RETURNING sender',
        event.sender.id,
        clock.now(),
      )
      .toArray().length > 0;
  // A warning, so that it shows where npm start runs; each time, since a log is seldom watched at the first
  channel.log.warn('sender_not_listed', { channel: channel.platformName, sender: event.sender.id });
  if (isFirst) {
    addNotice(channel, accessDenied(settings.PLATFORM_BOT_NAME, settings.PLATFORM_ACCESS_DENIED_MESSAGE));
  }
  return 'blocked';
}

/** What they wrote before it is not wanted any more either. In a group, what others wrote is. */
function stop(channel: Channel, senderId: string): Receipt {
  const { sql } = channel;
  const dropped = sql
    .exec('DELETE FROM inbox WHERE taken = 0 AND (is_group = 0 OR sender_id = ?) RETURNING seq', senderId)
    .toArray().length;
  const turn = readTurn(sql);
  if (turn !== undefined && (turn.is_group === 0 || turn.sender_id === senderId)) {
    sql.exec(
      'UPDATE turn SET stop = 1, phase = CASE phase WHEN ? THEN ? ELSE phase END',
      'waiting',
      'running',
    );
    channel.kick('turn');
  } else if (dropped > 0) addNotice(channel, 'Stopped.');
  else addNotice(channel, turn === undefined ? 'Nothing is running.' : 'Only who asked can stop this.');
  return 'ok';
}

/** Of a message that still waits; what the agent has read already is not said again. */
function edit({ sql }: Channel, { text, annotations, media }: InboundMessage, editOf: string): Receipt {
  const row = waitingMessage(sql, editOf);
  if (row !== undefined) replaceMessage(sql, row.seq, { ...row.message, text, annotations, media });
  return 'ok';
}
