import { z } from 'zod';
import { ofSession, settle } from '#channel/asked-elsewhere.ts';
import { sessionOf, type Channel } from '#channel/channel.ts';
import { accountNow, tellAccount } from '#channel/linked-chat.ts';
import type { Asking } from '#channel/look-later.ts';
import { addNotice } from '#channel/outbox.ts';
import { questionOf, type QuestionRow } from '#channel/question.ts';
import { ask } from '#channel/questions.ts';
import { escapeMarkdown, shorten } from '#channel/text/escape-markdown.ts';
import { notLinked } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';
import { waitBefore } from '#channel/wait-before.ts';
import { Reply } from '#protocol/reply.ts';

/** A look that broke off is made again after that. */
const LOOK_MS = 20_000;

/** Over some half hour. */
const MAX_ATTEMPTS = 14;

const Look = z.object({
  username: z.string(),
  session_id: z.string(),
  again: z.number(),
  pokes: z.number(),
  attempts: z.number(),
});
type Look = z.infer<typeof Look>;

/** Does what sessions elsewhere are waiting for: hands them answers, asks what they ask, says what is settled. */
export async function tendElsewhere(channel: Channel): Promise<void> {
  const { sql, clock, log, platformName } = channel;
  for (let look = nextLook(channel); look !== undefined; look = nextLook(channel)) {
    const key = [look.username, look.session_id] as const;
    const isIt = 'username = ? AND session_id = ?';
    if (look.attempts >= MAX_ATTEMPTS) {
      giveUp(channel, look);
      sql.exec(`DELETE FROM asked_elsewhere WHERE ${isIt}`, ...key);
      continue;
    }
    sql.exec(
      `UPDATE asked_elsewhere SET attempts = attempts + 1, due = ? WHERE ${isIt}`,
      clock.now() + LOOK_MS,
      ...key,
    );
    try {
      await lookAt(channel, look);
      sql.exec(`DELETE FROM asked_elsewhere WHERE ${isIt} AND pokes = ?`, ...key, look.pokes);
      // The session has said more meanwhile
      sql.exec(`UPDATE asked_elsewhere SET attempts = 0, due = 0 WHERE ${isIt}`, ...key);
    } catch (error) {
      log.warn('look_failed', { channel: platformName, error: String(error) });
      // Unless the person said something meanwhile. After the last try, too: a session that it woke says so in that time
      const due = clock.now() + waitBefore(look.attempts);
      sql.exec(`UPDATE asked_elsewhere SET due = ? WHERE ${isIt} AND attempts > 0`, due, ...key);
      if (look.attempts + 1 >= MAX_ATTEMPTS) giveUp(channel, look);
    }
  }
  await tellAccount(channel);
}

function nextLook({ sql, clock }: Channel): Look | undefined {
  const [row] = sql
    .exec('SELECT * FROM asked_elsewhere WHERE due <= ? ORDER BY due LIMIT 1', clock.now())
    .toArray();
  return row === undefined ? undefined : Look.parse(row);
}

const reopen = "UPDATE question SET state = 'open', place = 0, answers = '{}', reply = NULL";

/** An answer that does not get through can be given again. */
function giveUp(channel: Channel, { username, session_id: sessionId }: Look): void {
  const { sql } = channel;
  channel.transaction(() => {
    const lost = ofSession(sql, { username, sessionId }).filter(({ state }) => state === 'answered');
    for (const { id } of lost) sql.exec(`${reopen} WHERE id = ?`, id);
    if (lost.length > 0) addNotice(channel, 'Your answer did not get through. /status asks you again.');
  });
}

async function lookAt(channel: Channel, { username, session_id: sessionId, again }: Look): Promise<void> {
  const { sql } = channel;
  const asking = { username, sessionId };
  // What the person may answer, and read, is what they are now
  if ((await accountNow(channel)) !== username) return refuse(channel, asking);
  await handAnswers(channel, asking);
  const found = await sessionOf(channel, asking).openQuestions();
  const known = ofSession(sql, asking);
  // Of the turn that was begun here the chat knows by itself
  const isOwn = found !== null && readTurn(sql)?.message_id === found.messageId;
  const asked =
    found === null || found.isOpen || isOwn ? [] : found.waiting.flatMap((one) => questionOf(one) ?? []);
  const fresh = asked.filter(({ id }) => !known.some((question) => callOf(question) === id));
  const refused = known.filter(
    (question) => question.state === 'unlinked' && asked.some(({ id }) => id === callOf(question)),
  );
  const title = fresh.length === 0 ? '' : await titleOf(channel, asking);
  channel.transaction(() => {
    for (const question of ofSession(sql, asking).filter(({ state }) => state === 'open')) {
      const call = callOf(question);
      if (found?.open.includes(call) !== true)
        settle(channel, question, 'closed', found?.answered.includes(call) === true ? elsewhere : settled);
      else if (again === 1 && question.outbox_id !== null) ask(channel, question);
    }
    for (const { id, body } of fresh)
      sql.exec(
        'INSERT INTO question (tool_use_id, body, username, session_id, title) VALUES (?, ?, ?, ?, ?)',
        `${sessionId} ${id}`,
        JSON.stringify(body),
        username,
        sessionId,
        title,
      );
    // The account is linked once more
    for (const { id } of refused) sql.exec(`${reopen}, outbox_id = NULL WHERE id = ?`, id);
    forgetSettled(sql);
  });
  channel.kick('inbox');
}

const elsewhere = '✔️ Answered elsewhere.';
const settled = '✔️ No answer is needed any more.';

/** Contract: told again after a crash; the session keeps the first. */
async function handAnswers(channel: Channel, asking: Asking): Promise<void> {
  const { sql } = channel;
  for (const question of ofSession(sql, asking).filter(({ state }) => state === 'answered')) {
    const reply = Reply.parse(JSON.parse(question.reply ?? ''));
    const problem = await sessionOf(channel, asking).replyFromElsewhere(callOf(question), reply);
    channel.transaction(() => settle(channel, question, 'told', problem ?? `✔️ ${given(question, reply)}`));
  }
}

/** The message with the question becomes one with the answer. */
function given({ body }: QuestionRow, reply: Reply): string {
  if (reply.kind === 'answers') return Object.values(reply.answers).flat().map(escapeMarkdown).join(', ');
  return body.kind === 'decision' && reply.kind === 'decision' ? (reply.approved ? body.yes : body.no) : '';
}

function refuse(channel: Channel, asking: Asking): void {
  channel.transaction(() => {
    for (const question of ofSession(channel.sql, asking)) {
      if (question.state === 'open' || question.state === 'answered')
        settle(channel, question, 'unlinked', notLinked);
    }
  });
}

/** How the user knows the conversation. */
async function titleOf({ users }: Channel, { username, sessionId }: Asking): Promise<string> {
  const session = await users.getByName(username).getSession(sessionId);
  return shorten((session?.name ?? session?.first_message ?? '').replace(/\s+/g, ' ').trim(), 60);
}

/** Those whose message is forgotten, too, after days. */
const forgetSettled = (sql: SqlStorage): void =>
  void sql.exec(
    `DELETE FROM question WHERE session_id IS NOT NULL AND state NOT IN ('open', 'answered')
       AND (outbox_id IS NULL OR outbox_id NOT IN (SELECT id FROM outbox))`,
  );

const callOf = ({ tool_use_id, session_id }: QuestionRow): string =>
  tool_use_id.slice((session_id ?? '').length + 1);
