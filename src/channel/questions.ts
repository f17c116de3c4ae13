import { sessionOf, type Channel } from '#channel/channel.ts';
import type { InboxRow } from '#channel/inbound-message.ts';
import { accountNow } from '#channel/linked-chat.ts';
import { lookLater } from '#channel/look-later.ts';
import { addNotice, addToOutbox } from '#channel/outbox.ts';
import type { Choice, InboundMessage, OutboundContent } from '#channel/platform.ts';
import { QuestionRow, type Asked, type Body } from '#channel/question.ts';
import { readAnswer, readDecision } from '#channel/read-answer.ts';
import { askedIn, laterFile, notLinked } from '#channel/text/notices.ts';
import { deleteTurn, readTurn, type Turn } from '#channel/turn.ts';
import { Reply } from '#protocol/reply.ts';

/** Inside a transaction. One that was asked already is not asked again. */
export function addQuestion(
  channel: Channel,
  { id, body }: { readonly id: string; readonly body: Body },
): void {
  const { sql } = channel;
  sql.exec('INSERT OR IGNORE INTO question (tool_use_id, body) VALUES (?, ?)', id, JSON.stringify(body));
  const open = openQuestion(sql);
  if (open?.tool_use_id === id && open.outbox_id === null) ask(channel, open);
}

/** The one of the turn here that is asked now: one after the other. */
export function openQuestion(sql: SqlStorage): QuestionRow | undefined {
  const [row] = sql
    .exec("SELECT * FROM asked_question WHERE state = 'open' AND session_id IS NULL ORDER BY id LIMIT 1")
    .toArray();
  return row === undefined ? undefined : QuestionRow.parse(row);
}

/** A person's message while something is asked of them. */
export function takeAnswer(channel: Channel, question: QuestionRow, { seq, message }: InboxRow): void {
  const { sql } = channel;
  channel.transaction(() => {
    if (message.choice === null && message.media.length > 0) {
      const isFirst = sql.exec('SELECT 1 FROM inbox WHERE kept = 1').toArray().length === 0;
      sql.exec('UPDATE inbox SET kept = 1 WHERE seq = ?', seq);
      return isFirst ? addNotice(channel, laterFile) : undefined;
    }
    sql.exec('DELETE FROM inbox WHERE seq = ?', seq);
    const { body } = question;
    if (message.choice !== null && !message.choice.startsWith(`${question.id}:${question.place}:`)) {
      return addNotice(channel, 'That was answered already.');
    }
    const picked = message.choice === null ? null : Number(message.choice.split(':')[2]);
    if (body.kind === 'decision') return decide(channel, question, body, message, picked);
    const asked = body.questions[question.place];
    if (asked === undefined) return undefined;
    const answer = readAnswer(asked, message, picked);
    if (answer === null) return addNotice(channel, 'Answer in words, please, or choose one of the answers.');
    const answers = { ...question.answers, [asked.question]: answer };
    const place = question.place + 1;
    if (place < body.questions.length) {
      sql.exec(
        'UPDATE question SET answers = ?, place = ? WHERE id = ?',
        JSON.stringify(answers),
        place,
        question.id,
      );
      return ask(channel, { ...question, answers, place });
    }
    return reply(channel, question, { kind: 'answers', answers });
  });
}

function decide(
  channel: Channel,
  question: QuestionRow,
  { yes, no }: Extract<Body, { kind: 'decision' }>,
  { text }: InboundMessage,
  picked: number | null,
): void {
  const { word, feedback } = readDecision(text, { yes, no });
  const approved = picked === null ? word === 'yes' && feedback === '' : picked === 0;
  const rejected = picked === null ? word === 'no' : picked !== 0;
  if (approved) return reply(channel, question, { kind: 'decision', approved: true, feedback: '' });
  if (rejected) {
    const why = picked === null ? feedback.trim() : '';
    return reply(channel, question, { kind: 'decision', approved: false, feedback: why });
  }
  return addNotice(
    channel,
    `I wait for your decision first: reply 1 for “${yes}” or 2 for “${no}”, with a reason after it if you like. /stop ends it.`,
  );
}

function reply(channel: Channel, { id, username, session_id: sessionId }: QuestionRow, given: Reply): void {
  channel.sql.exec(
    "UPDATE question SET state = 'answered', reply = ? WHERE id = ?",
    JSON.stringify(given),
    id,
  );
  if (username !== null && sessionId !== null) return lookLater(channel, { username, sessionId }, 'answered');
  channel.sql.exec("UPDATE turn SET phase = 'running', attempts = 0, pokes = pokes + 1");
  askNext(channel);
  channel.kick('turn');
}

/**
 * Hands answers to the session. Contract: told again after a crash; the session keeps the first. Who is no longer linked
 * with the account whose turn it is answers nothing, and the chat follows it no more; the session goes on waiting.
 */
export async function sendReplies(channel: Channel): Promise<void> {
  const { sql } = channel;
  const turn = readTurn(sql);
  if (turn === undefined) return;
  const rows = sql
    .exec("SELECT * FROM asked_question WHERE state = 'answered' AND session_id IS NULL ORDER BY id")
    .toArray();
  if (rows.length > 0 && turn.is_linked === 1 && (await accountNow(channel)) !== turn.username)
    return leaveTurn(channel, turn);
  for (const row of rows.map((one) => QuestionRow.parse(one))) {
    const given = Reply.parse(JSON.parse(row.reply ?? ''));
    const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
    const problem = await session.replyFromChat(row.tool_use_id, given, channel.name);
    if (problem !== null) addNotice(channel, problem);
    sql.exec("UPDATE question SET state = 'told' WHERE id = ?", row.id);
  }
}

function leaveTurn(channel: Channel, { message_id }: Turn): void {
  const { sql } = channel;
  channel.transaction(() => {
    if (readTurn(sql)?.message_id !== message_id) return;
    deleteTurn(sql);
    addNotice(channel, notLinked);
  });
  channel.kick('inbox');
}

/** Inside a transaction: the call has a result, so nobody need answer any more. Who was still asked is told. */
export function closeQuestion(channel: Channel, toolUseId: string): void {
  const { sql } = channel;
  const [raw] = sql
    .exec(
      "SELECT * FROM asked_question WHERE tool_use_id = ? AND state = 'open' AND session_id IS NULL",
      toolUseId,
    )
    .toArray();
  sql.exec("UPDATE question SET state = 'closed' WHERE tool_use_id = ? AND session_id IS NULL", toolUseId);
  if (raw === undefined) return;
  const { outbox_id } = QuestionRow.parse(raw);
  const content = { kind: 'text', markdown: '✔️ Answered elsewhere.' } as const;
  // Who stopped the turn knows
  if (outbox_id !== null && readTurn(sql)?.stop === 0)
    addToOutbox(channel, { kind: 'notice', content, edits: outbox_id });
  askNext(channel);
}

function askNext(channel: Channel): void {
  const next = openQuestion(channel.sql);
  if (next?.outbox_id === null) ask(channel, next);
}

export function ask(channel: Channel, question: QuestionRow): void {
  const id = addToOutbox(channel, {
    kind: 'answer',
    content: entitled(question, contentOf(question)),
    quotes: true,
  });
  channel.sql.exec('UPDATE question SET outbox_id = ? WHERE id = ?', id, question.id);
  channel.kick('outbox');
}

/** Says where it was asked, if not here. */
const entitled = ({ title }: QuestionRow, content: ReturnType<typeof contentOf>) =>
  title === null ? content : { ...content, markdown: `${askedIn(title)}\n\n${content.markdown}` };

function contentOf({ id, place, body }: QuestionRow): Exclude<OutboundContent, { kind: 'file' }> {
  const choice = (label: string, index: number, description = ''): Choice => ({
    id: `${id}:${place}:${index}`,
    label,
    description,
  });
  if (body.kind === 'decision') {
    return { kind: 'choices', markdown: body.markdown, choices: [choice(body.yes, 0), choice(body.no, 1)] };
  }
  const { header, question, options, multiSelect } = body.questions[place] ?? body.questions[0] ?? noQuestion;
  const title = header === '' ? '' : `**${header}**\n`;
  const count = body.questions.length > 1 ? `(${place + 1}/${body.questions.length}) ` : '';
  const hint = multiSelect
    ? '\n\nYou may choose several: reply with their numbers, separated by commas.'
    : '';
  const markdown = `${title}${count}${question}${hint}`;
  if (options.length === 0) return { kind: 'text', markdown };
  return {
    kind: 'choices',
    markdown,
    choices: options.map(({ label, description }, index) => choice(label, index, description)),
  };
}

const noQuestion: Asked = { question: '', header: '', options: [], multiSelect: false };
