import { z } from 'zod';
import { sessionOf, type Channel } from '#channel/channel.ts';
import type { InboxRow } from '#channel/inbound-message.ts';
import { addNotice, addToOutbox } from '#channel/outbox.ts';
import type { Choice, InboundMessage, OutboundContent } from '#channel/platform.ts';
import { laterFile } from '#channel/text/notices.ts';
import { toolUseMessage } from '#channel/text/tool-use-message.ts';
import { readTurn } from '#channel/turn.ts';
import { Answers, Reply } from '#protocol/reply.ts';
import { Question, type StreamEvent } from '#protocol/server-event.ts';

/** What an agent may wait for, in the words that the chat asks in. */
const Body = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('questions'), questions: z.array(Question).min(1) }),
  z.object({ kind: z.literal('decision'), markdown: z.string(), yes: z.string(), no: z.string() }),
]);
type Body = z.infer<typeof Body>;

const Row = z.object({
  id: z.number(),
  tool_use_id: z.string(),
  body: z.string().transform((json) => Body.parse(JSON.parse(json))),
  answers: z.string().transform((json) => Answers.parse(JSON.parse(json))),
  /** Which question of the form is asked. */
  place: z.number(),
  reply: z.string().nullable(),
  outbox_id: z.number().nullable(),
  /** When it was sent: what came before then was no answer. Null: nobody has seen it yet. */
  asked_at: z.number().nullable(),
  /** 1: it could not be delivered. */
  is_lost: z.number(),
});
export type QuestionRow = z.infer<typeof Row>;

/** What a person is asked by an event, if anything. */
export function questionOf(event: StreamEvent): { readonly id: string; readonly body: Body } | undefined {
  switch (event.type) {
    case 'ask_user_question':
      return { id: event.question_id, body: { kind: 'questions', questions: event.questions } };
    case 'plan_approval':
      return {
        id: event.plan_id,
        body: {
          kind: 'decision',
          markdown: `${event.summary}\n\n**Shall I do it this way?**`,
          yes: 'Approve',
          no: 'Reject',
        },
      };
    case 'approval_request':
      return {
        id: event.approval_id,
        body: {
          kind: 'decision',
          markdown: `${toolUseMessage(event.tool, event.input)}\n\n**May I do this?**`,
          yes: 'Allow',
          no: 'Deny',
        },
      };
    default:
      return undefined;
  }
}

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

/** The one that is asked now: one after the other. */
export function openQuestion(sql: SqlStorage): QuestionRow | undefined {
  const [row] = sql.exec("SELECT * FROM asked_question WHERE state = 'open' ORDER BY id LIMIT 1").toArray();
  return row === undefined ? undefined : Row.parse(row);
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
  const [, word = '', feedback = ''] = /^\s*([\p{L}\d]+)[\s.,:;!—-]*(.*)$/su.exec(text) ?? [];
  const isWord = (...words: string[]) => words.some((one) => one.toLowerCase() === word.toLowerCase());
  const says = picked === null ? null : picked === 0;
  const approved = says ?? (isWord('1', 'yes', 'y', 'ok', yes) && feedback === '' ? true : null);
  const rejected = says === false || (says === null && isWord('2', 'no', 'n', no));
  if (approved === true) return reply(channel, question, { kind: 'decision', approved: true, feedback: '' });
  if (rejected) {
    const why = picked === null ? feedback.trim() : '';
    return reply(channel, question, { kind: 'decision', approved: false, feedback: why });
  }
  return addNotice(
    channel,
    `I wait for your decision first: reply 1 for “${yes}” or 2 for “${no}”, with a reason after it if you like. /stop ends it.`,
  );
}

type Asked = z.infer<typeof Question>;

/** A number, an option's text, several of them where several may be chosen; anything else is an answer of its own. */
function readAnswer({ options, multiSelect }: Asked, { text }: InboundMessage, picked: number | null) {
  const option = (wanted: string) =>
    options[Number(wanted) - 1] ?? options.find(({ label }) => label.toLowerCase() === wanted.toLowerCase());
  if (picked !== null) {
    const label = options[picked]?.label;
    return label === undefined ? null : multiSelect ? [label] : label;
  }
  const said = text.trim();
  if (said === '') return null;
  const one = option(said);
  if (one !== undefined) return multiSelect ? [one.label] : one.label;
  if (multiSelect) {
    const several = said.split(/\s*(?:,|;|\band\b)\s*/).map(option);
    const labels = several.flatMap((each) => (each === undefined ? [] : [each.label]));
    if (labels.length === several.length) return labels;
  }
  const other = options.length === 0 ? said : `Other: ${said}`;
  return multiSelect ? [other] : other;
}

function reply(channel: Channel, { id }: QuestionRow, given: Reply): void {
  channel.sql.exec(
    "UPDATE question SET state = 'answered', reply = ? WHERE id = ?",
    JSON.stringify(given),
    id,
  );
  channel.sql.exec("UPDATE turn SET phase = 'running', attempts = 0, pokes = pokes + 1");
  askNext(channel);
  channel.kick('turn');
}

/** Hands answers to the session. Contract: told again after a crash; the session keeps the first. */
export async function sendReplies(channel: Channel): Promise<void> {
  const { sql } = channel;
  const turn = readTurn(sql);
  if (turn === undefined) return;
  const rows = sql.exec("SELECT * FROM asked_question WHERE state = 'answered' ORDER BY id").toArray();
  for (const row of rows.map((one) => Row.parse(one))) {
    const given = Reply.parse(JSON.parse(row.reply ?? ''));
    const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
    const problem = await session.replyFromChat(row.tool_use_id, given, channel.name);
    if (problem !== null) addNotice(channel, problem);
    sql.exec("UPDATE question SET state = 'told' WHERE id = ?", row.id);
  }
}

/** Inside a transaction: the call has a result, so nobody need answer any more. Who was still asked is told. */
export function closeQuestion(channel: Channel, toolUseId: string): void {
  const { sql } = channel;
  const [raw] = sql
    .exec("SELECT * FROM asked_question WHERE tool_use_id = ? AND state = 'open'", toolUseId)
    .toArray();
  sql.exec("UPDATE question SET state = 'closed' WHERE tool_use_id = ?", toolUseId);
  if (raw === undefined) return;
  const { outbox_id } = Row.parse(raw);
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
  const id = addToOutbox(channel, { kind: 'answer', content: contentOf(question), quotes: true });
  channel.sql.exec('UPDATE question SET outbox_id = ? WHERE id = ?', id, question.id);
  channel.kick('outbox');
}

function contentOf({ id, place, body }: QuestionRow): OutboundContent {
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
