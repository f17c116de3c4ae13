import { sessionOf, type Channel } from '#channel/channel.ts';
import { showGrowingText } from '#channel/show-growing-text.ts';
import { applyEvent, failTurn } from '#channel/apply-event.ts';
import { sendReplies } from '#channel/questions.ts';
import { handOver } from '#channel/start-turn.ts';
import { readTurn } from '#channel/turn.ts';
import { keepTyping } from '#channel/keep-typing.ts';
import { StreamEvent } from '#protocol/server-event.ts';

/** How often a session is followed in a row without anything new, 20 seconds apart: then it is given up. */
const MAX_ATTEMPTS = 20;

/** These come at once: after a deployment the session is there again in a moment. */
const QUICK_ATTEMPTS = 3;
const QUICK_WAIT_MS = 300;

/**
 * Goes through with the turn under way: hands its messages to the session, and makes messages of its events. Contract:
 * what an event became, and that it was read, is stored as one; so it may break off anywhere and be begun again.
 */
export async function followTurn(channel: Channel): Promise<void> {
  await keepTyping(channel, async () => {
    while (countAttempt(channel)) {
      await handOver(channel);
      await signalSession(channel);
      if (readTurn(channel.sql)?.phase !== 'running') return;
      await followOnce(channel);
      const after = readTurn(channel.sql);
      if (after?.phase !== 'running') return;
      if (after.attempts > QUICK_ATTEMPTS) return;
      await new Promise((resolve) => setTimeout(resolve, QUICK_WAIT_MS));
    }
  });
}

/** False: there is nothing to be followed now, or it was tried too often. */
function countAttempt(channel: Channel): boolean {
  const turn = readTurn(channel.sql);
  if (turn === undefined || turn.phase === 'waiting') return false;
  if (turn.attempts >= MAX_ATTEMPTS) {
    failTurn(channel);
    return false;
  }
  channel.sql.exec('UPDATE turn SET attempts = attempts + 1');
  return true;
}

/** What the session has to know at once, also while it is being followed: that the turn shall stop, and answers. */
export async function signalSession(channel: Channel): Promise<void> {
  const turn = readTurn(channel.sql);
  if (turn === undefined || turn.phase === 'preparing') return;
  await sendReplies(channel);
  // What runs before its own prompt is seen is another's turn; then this is called again
  if (turn.stop === 0 || turn.started === 0) return;
  const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
  // It returns when the turn has ended, which the stream tells anyway
  void session.interrupt().catch((error: unknown) => {
    channel.log.warn('interrupt_failed', { channel: channel.platformName, error: String(error) });
  });
}

async function followOnce(channel: Channel): Promise<void> {
  const { sql, log } = channel;
  const turn = readTurn(sql);
  if (turn === undefined) return;
  const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
  const growing = showGrowingText(channel);
  try {
    const stream = await session.watchEvents(turn.position, channel.name);
    if (stream === null) return failTurn(channel);
    for await (const line of lines(stream)) {
      const event = StreamEvent.safeParse(JSON.parse(line));
      if (!event.success) continue;
      const isOver = await applyEvent(channel, event.data, growing);
      if (isOver) return;
    }
    const pokes = readTurn(sql)?.pokes ?? turn.pokes;
    const isWaiting = (await session.waitingCalls()).length > 0;
    // Unless it went on while that was asked
    if (isWaiting) sql.exec("UPDATE turn SET phase = 'waiting' WHERE pokes = ?", pokes);
    // What it waits for may have been asked elsewhere
    channel.kick('inbox');
  } catch (error) {
    log.warn('stream_broke', { channel: channel.platformName, error: String(error) });
  } finally {
    growing.clear();
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
