import type { Channel } from '#channel/channel.ts';
import { readCommand } from '#channel/command.ts';
import { runCommand } from '#channel/run-command.ts';
import { waitingMessages, type InboxRow } from '#channel/inbound-message.ts';
import { nextBatch, nextInstant } from '#channel/next-batch.ts';
import { addNotice } from '#channel/outbox.ts';
import { ask, openQuestion, takeAnswer } from '#channel/questions.ts';
import { startTurn } from '#channel/start-turn.ts';
import { readTurn } from '#channel/turn.ts';

/** Takes what waits in its order, as far as it may be taken now. */
export async function takeInbox(channel: Channel): Promise<void> {
  const { sql, clock } = channel;
  for (;;) {
    const instant = nextInstant(sql);
    if (instant !== undefined) {
      await command(channel, instant);
      continue;
    }
    const turn = readTurn(sql);
    const question = openQuestion(sql);
    const isFromAsked = ({ message }: InboxRow) => message.sender.id === turn?.sender_id;
    if (question?.is_lost === 1 && waitingMessages(sql).some(isFromAsked)) {
      channel.transaction(() => ask(channel, question));
      continue;
    }
    const answer =
      question &&
      waitingMessages(sql).find(
        (row) =>
          isFromAsked(row) && (row.message.choice !== null || row.at >= (question.asked_at ?? Infinity)),
      );
    if (question !== undefined && answer !== undefined) {
      if (answer.message.choice === null && readCommand(answer.message.text)?.kind === 'new')
        return endWaiting(channel);
      takeAnswer(channel, question, answer);
      continue;
    }
    const batch = nextBatch(sql);
    if (batch === undefined) return;
    const [first] = batch.rows;
    if (first.message.choice !== null) {
      const isOthers = question !== undefined;
      drop(channel, first);
      addNotice(channel, isOthers ? 'Only who asked can answer this.' : 'That was answered already.');
      continue;
    }
    if (turn !== undefined || batch.due > clock.now()) return;
    if (first.message.media.length === 0 && readCommand(first.message.text) !== null)
      await command(channel, first);
    else await startTurn(channel, batch.rows);
  }
}

/** Who begins anew answers nothing any more; the command is taken when the turn has ended. */
function endWaiting(channel: Channel): void {
  channel.sql.exec("UPDATE turn SET stop = 1, phase = 'running'");
  channel.kick('turn');
}

async function command(channel: Channel, row: InboxRow): Promise<void> {
  const wanted = readCommand(row.message.text);
  if (wanted !== null) await runCommand(channel, wanted, row.message);
  drop(channel, row);
}

const drop = ({ sql }: Channel, { seq }: InboxRow): void =>
  void sql.exec('DELETE FROM inbox WHERE seq = ?', seq);
