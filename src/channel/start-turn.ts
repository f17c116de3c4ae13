import { z } from 'zod';
import { readPlatformSettings } from '#accounts/platform-settings.ts';
import { sessionOf, type Channel } from '#channel/channel.ts';
import { mayAnswer } from '#channel/few-answers.ts';
import { identify } from '#channel/identity.ts';
import { takenMessages, type InboxRow } from '#channel/inbound-message.ts';
import { rememberPerson } from '#channel/linked-chat.ts';
import { addNotice } from '#channel/outbox.ts';
import { readPrompt } from '#channel/read-prompt.ts';
import { accessDenied, nothingAsked, sessionRefreshed } from '#channel/text/notices.ts';
import { deleteTurn, readTurn } from '#channel/turn.ts';
import { defaultVerbosity } from '#channel/verbosity.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Makes messages a turn. From its row on, the turn is gone through with, whatever breaks in between. */
export async function startTurn(channel: Channel, rows: readonly [InboxRow, ...InboxRow[]]): Promise<void> {
  const { sql, settings, people, clock } = channel;
  const [{ message }] = rows;
  const [identity, { default_agent_id, session_max_age_hours }] = await Promise.all([
    identify({ platform: channel.platformName, ...message.sender }, people),
    readPlatformSettings(people),
  ]);
  const seqs = rows.map(({ seq }) => seq).join(',');
  if (!identity.ok) {
    sql.exec(`DELETE FROM inbox WHERE seq IN (${seqs})`);
    if (mayAnswer(channel, `disabled/${message.sender.id}`, message.key, 1))
      addNotice(channel, accessDenied(settings.PLATFORM_BOT_NAME, settings.PLATFORM_ACCESS_DENIED_MESSAGE));
    return;
  }
  const { username, verbosity, isLinked } = identity.value;
  if (!message.isGroup)
    rememberPerson(
      channel,
      { platform: channel.platformName, ...message.sender },
      isLinked ? username : null,
    );
  const found = await currentSession(channel, username, session_max_age_hours * HOUR_MS);
  // The message may have been edited, or stopped, while we asked
  const kept = sql.exec(`SELECT seq FROM inbox WHERE seq IN (${seqs}) AND taken = 0`).toArray();
  if (kept.length === 0) return;
  channel.transaction(() => {
    sql.exec(`UPDATE inbox SET taken = 1 WHERE seq IN (${seqs})`);
    sql.exec(
      `INSERT INTO turn (id, message_id, sender_id, username, session_id, agent_id, verbosity, is_group, is_linked, last_message_id, phase, position)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'preparing', ?)`,
      crypto.randomUUID(),
      message.sender.id,
      username,
      found.sessionId,
      default_agent_id,
      verbosity ?? defaultVerbosity(channel),
      message.isGroup ? 1 : 0,
      isLinked && !message.isGroup ? 1 : 0,
      rows.at(-1)?.message.messageId ?? message.messageId,
      found.position,
    );
    if (found.kind === 'known') return;
    sql.exec(
      'INSERT OR REPLACE INTO conversation (username, session_id, created_at) VALUES (?, ?, ?)',
      username,
      found.sessionId,
      clock.now(),
    );
    if (found.kind === 'refreshed') addNotice(channel, sessionRefreshed(settings.PLATFORM_BOT_NAME));
  });
  channel.kick('turn');
}

/** Gives the prompt to the session. Contract: done again after a crash, it changes nothing. */
export async function handOver(channel: Channel): Promise<void> {
  const { sql } = channel;
  const turn = readTurn(sql);
  if (turn?.phase !== 'preparing') return;
  if (turn.stop === 1) {
    channel.transaction(() => {
      deleteTurn(sql);
      addNotice(channel, 'Stopped.');
    });
    return;
  }
  const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
  const { content, unusable } = await readPrompt(channel, turn, takenMessages(sql));
  const submitted =
    content === ''
      ? { ok: false as const, problem: null }
      : await session.submitFromChat(
          { content, messageId: turn.message_id, agentId: turn.agent_id, clientType: channel.platformName },
          channel.name,
        );
  channel.transaction(() => {
    // It may have moved to another chat, which does the same
    if (readTurn(sql)?.message_id !== turn.message_id) return;
    for (const line of unusable) addNotice(channel, line);
    if (submitted.ok) {
      sql.exec("UPDATE turn SET phase = 'running'");
      sql.exec('DELETE FROM inbox WHERE taken = 1');
      sql.exec('DELETE FROM received_file');
      return;
    }
    deleteTurn(sql);
    if (submitted.problem !== null) addNotice(channel, submitted.problem);
    else if (unusable.length === 0) addNotice(channel, nothingAsked);
  });
}

const Conversation = z.object({ session_id: z.string(), created_at: z.number() });

interface Found {
  readonly kind: 'known' | 'fresh' | 'refreshed';
  readonly sessionId: string;
  /** Of its event stream, before the turn. */
  readonly position: number;
}

/** The session that the user is in here, or a new one where there is none, it is too old, or it was deleted. */
async function currentSession(channel: Channel, username: string, maxAgeMs: number): Promise<Found> {
  const { sql, clock } = channel;
  const fresh = { sessionId: crypto.randomUUID(), position: 0 };
  const [row] = sql
    .exec('SELECT session_id, created_at FROM conversation WHERE username = ?', username)
    .toArray();
  if (row === undefined) return { kind: 'fresh', ...fresh };
  const { session_id: sessionId, created_at } = Conversation.parse(row);
  const age = clock.now() - created_at;
  const position = await sessionOf(channel, { username, sessionId }).streamPosition();
  if (position === null) return { kind: 'fresh', ...fresh };
  if (maxAgeMs === 0 || age > maxAgeMs) return { kind: 'refreshed', ...fresh };
  return { kind: 'known', sessionId, position };
}
