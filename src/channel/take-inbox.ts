import { takeArrived } from '#channel/adopt-chat.ts';
import type { Channel } from '#channel/channel.ts';
import { askElsewhere, takeElsewhere } from '#channel/asked-elsewhere.ts';
import { commandOf } from '#channel/command.ts';
import { runCommand } from '#channel/run-command.ts';
import {
  crossed,
  hasWritten,
  messagesAt,
  nextAnswer,
  nextInstant,
  type InboxRow,
} from '#channel/inbound-message.ts';
import { nextBatch } from '#channel/next-batch.ts';
import { addNotice } from '#channel/outbox.ts';
import type { QuestionRow } from '#channel/question.ts';
import { ask, openQuestion, takeAnswer } from '#channel/questions.ts';
import { startTurn } from '#channel/start-turn.ts';
import { laterWords, turnFailed } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';
import { waitBefore } from '#channel/wait-before.ts';

/** Over some eight minutes. */
const MAX_ATTEMPTS = 10;

/** Takes what waits in its order, as far as it may be taken now. */
export async function takeInbox(channel: Channel): Promise<void> {
  const { sql, clock } = channel;
  for (;;) {
    const instant = nextInstant(sql, clock.now());
    if (instant !== undefined) {
      await attempt(channel, [instant], () => command(channel, instant));
      continue;
    }
    if (takeElsewhere(channel) || takeArrived(channel)) continue;
    const turn = readTurn(sql);
    const question = openQuestion(sql);
    if (question !== undefined && turn !== undefined) {
      const senderId = turn.sender_id;
      const answer = nextAnswer(sql, { senderId, askedAt: question.asked_at });
      if (answer !== undefined) {
        if (commandOf(answer.message)?.kind === 'new') return endWaiting(channel);
        takeAnswer(channel, question, answer);
        continue;
      }
      if (putOff(channel, question, senderId)) continue;
      if (question.is_lost === 1 && hasWritten(sql, senderId)) {
        channel.transaction(() => ask(channel, question));
        continue;
      }
    }
    const batch = nextBatch(sql);
    if (batch === undefined || turn !== undefined) askElsewhere(channel);
    if (batch === undefined) return;
    if (!batch.isChoice && (turn !== undefined || batch.due > clock.now())) return;
    const [first, ...others] = messagesAt(sql, batch.seqs);
    if (first === undefined) return;
    if (batch.isChoice) {
      const isOthers = question !== undefined;
      drop(channel, first);
      addNotice(channel, isOthers ? 'Only who asked can answer this.' : 'That was answered already.');
      continue;
    }
    await attempt(channel, [first, ...others], () =>
      commandOf(first.message) === null ? startTurn(channel, [first, ...others]) : command(channel, first),
    );
  }
}

/** Words that crossed the question are no answer to it, which is said. False: there are none. */
function putOff(
  channel: Channel,
  { outbox_id: outboxId, asked_at: askedAt }: QuestionRow,
  senderId: string,
): boolean {
  if (outboxId === null || askedAt === null) return false;
  const rows = crossed(channel.sql, { senderId, outboxId, askedAt });
  if (rows.length === 0) return false;
  channel.transaction(() => {
    for (const { seq } of rows) channel.sql.exec('UPDATE inbox SET kept = 1 WHERE seq = ?', seq);
    addNotice(channel, laterWords);
  });
  return true;
}

/** What breaks is tried again, ever later; then it is given up, and who wrote it is told. */
async function attempt(
  channel: Channel,
  rows: readonly [InboxRow, ...InboxRow[]],
  act: () => Promise<void>,
): Promise<void> {
  const { sql, clock } = channel;
  const [{ seq, attempts }] = rows;
  try {
    await act();
  } catch (error) {
    if (attempts + 1 < MAX_ATTEMPTS) {
      const due = clock.now() + waitBefore(attempts);
      sql.exec('UPDATE inbox SET attempts = attempts + 1, due = ? WHERE seq = ?', due, seq);
    } else {
      for (const row of rows) drop(channel, row);
      addNotice(channel, turnFailed);
    }
    throw error;
  }
}

/** Who begins anew answers nothing any more; the command is taken when the turn has ended. */
function endWaiting(channel: Channel): void {
  channel.sql.exec("UPDATE turn SET stop = 1, phase = 'running'");
  channel.kick('turn');
}

async function command(channel: Channel, row: InboxRow): Promise<void> {
  const wanted = commandOf(row.message);
  if (wanted !== null) await runCommand(channel, wanted, row.message);
  drop(channel, row);
}

const drop = ({ sql }: Channel, { seq }: InboxRow): void =>
  void sql.exec('DELETE FROM inbox WHERE seq = ?', seq);
