import type { CommandCall } from '#cli/command.ts';
import { askQuestions, skipped } from '#cli/chat/ask-questions.ts';
import { waitingCall, type WaitingCall } from '#cli/chat/waiting-call.ts';
import { createLineReader } from '#cli/chat/line-reader.ts';
import { openConversation, type ChatStart } from '#cli/chat/open-conversation.ts';
import { createPrinter } from '#cli/chat/printer.ts';
import { exitCode, type ExitCode } from '#cli/failure.ts';
import { isInteractive } from '#cli/host.ts';
import { styleFor } from '#cli/style.ts';

/** One prompt, one answer: the answer alone on standard output, so that it can be piped on. */
export async function runOneShot(call: CommandCall, start: ChatStart, prompt: string): Promise<ExitCode> {
  const { host, json } = call;
  const style = styleFor(host);
  const printer = createPrinter({
    answer: (text) => void host.output.write(text),
    aside: (text) => void host.errors.write(text),
    style,
    width: () => host.errors.columns || 80,
  });
  const quit = Promise.withResolvers<'quit'>();
  let cancels = 0;
  const stop = () => {
    cancels += 1;
    if (cancels === 1) conversation.cancel();
    else quit.resolve('quit');
  };
  const reader = isInteractive(host) ? createLineReader(host, stop) : undefined;
  if (reader === undefined) host.onInterrupt(stop);

  async function answer(waiting: WaitingCall): Promise<void> {
    printer.showWaiting(waiting.shown);
    const answers =
      reader === undefined
        ? Object.fromEntries(waiting.questions.map(({ question }) => [question, skipped]))
        : await askQuestions({ reader, say: printer.say, style }, waiting);
    if (answers !== undefined) conversation.answer(waiting, answers);
  }

  const { conversation, history } = await openConversation(call, start, {
    event(event) {
      if (json) host.output.write(`${JSON.stringify(event)}\n`);
      else printer.show(event);
      const waiting = waitingCall(event);
      if (waiting !== undefined) void answer(waiting);
    },
    notice(notice) {
      if (notice.kind === 'lost' && notice.retryInMs > 0) printer.interject('Connection lost, trying again…');
    },
  });
  printer.reset(history?.turn_count ?? 0);
  try {
    const end = await Promise.race([conversation.send(prompt), quit.promise]);
    if (end === 'quit' || end.kind === 'cancelled') return exitCode.interrupted;
    return end.kind === 'done' && !end.done.is_error ? exitCode.ok : exitCode.failure;
  } finally {
    conversation.close();
    reader?.close();
  }
}
