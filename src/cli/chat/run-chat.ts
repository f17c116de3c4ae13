import type { CommandCall } from '#cli/command.ts';
import { askQuestions } from '#cli/chat/ask-questions.ts';
import type { Conversation, Listener } from '#cli/chat/conversation.ts';
import { createLineReader, type LineReader } from '#cli/chat/line-reader.ts';
import { openConversation, type ChatStart } from '#cli/chat/open-conversation.ts';
import { chatCommands, parseLine } from '#cli/chat/parse-line.ts';
import { pickAgent } from '#cli/chat/pick-agent.ts';
import { createPrinter, type Printer } from '#cli/chat/printer.ts';
import { runChatCommand } from '#cli/chat/run-chat-command.ts';
import { closest } from '#cli/closest.ts';
import { CliFailure, exitCode, type ExitCode } from '#cli/failure.ts';
import { isInteractive } from '#cli/host.ts';
import { printHistory } from '#cli/print-history.ts';
import { waitingCall, type WaitingCall } from '#cli/chat/waiting-call.ts';
import { styleFor, type Style } from '#cli/style.ts';

/** How much of an earlier conversation is shown when it goes on. */
const shownRecords = 8;

/** A chat as its commands see it. */
export interface Chat {
  readonly call: CommandCall;
  readonly printer: Printer;
  readonly style: Style;
  conversation(): Conversation;
  agentId(): string | undefined;
  /** Leaves this session for another one. */
  open(start: Pick<ChatStart, 'agentId' | 'sessionId'>): Promise<void>;
}

/** The chat at the keyboard or in a pipe: reads lines until the input ends or somebody leaves. */
export async function runChat(
  call: CommandCall,
  start: ChatStart,
  { asksForAgent }: { readonly asksForAgent: boolean },
): Promise<ExitCode> {
  const { host, json } = call;
  const style = styleFor(host);
  const interactive = isInteractive(host);
  const outlet = json ? host.errors : host.output;
  const write = (text: string) => void outlet.write(text);
  const printer = createPrinter({
    answer: write,
    aside: write,
    style,
    width: () => outlet.columns || 80,
  });
  const quit = Promise.withResolvers<'quit'>();
  let conversation: Conversation | undefined;
  let agentId = start.agentId;
  let turns = 0;
  let cancels = 0;
  let inTurn = false;
  /** A script must not take a failed turn for an answer. */
  let hasFailed = false;
  let asking: { readonly id: string; readonly answered: Promise<void> } | undefined;
  /** The prompt is on the screen and somebody else's turn is about to be printed over it. */
  let overPrompt = false;

  const reader: LineReader = createLineReader(host, () => {
    cancels += 1;
    if (!inTurn || cancels > 1) return quit.resolve('quit');
    printer.interject(style.dim('Interrupting… (Ctrl-C again leaves)'));
    conversation?.cancel();
  });

  async function ask(waiting: WaitingCall): Promise<void> {
    printer.showWaiting(waiting.shown);
    const answers = await askQuestions({ reader, say: printer.say, style }, waiting);
    asking = undefined;
    if (answers !== undefined) conversation?.answer(waiting, answers);
  }

  const listener: Listener = {
    event(event) {
      if (json) host.output.write(`${JSON.stringify(event)}\n`);
      if (interactive && reader.isWaiting() && !overPrompt && asking === undefined) {
        overPrompt = true;
        write('\r\u001B[K');
      }
      if (event.type === 'done' || event.type === 'cancelled') turns += 1;
      if (!json) printer.show(event);
      const waiting = waitingCall(event);
      if (waiting !== undefined && waiting.id !== asking?.id) {
        if (reader.isWaiting()) reader.release();
        asking = { id: waiting.id, answered: ask(waiting) };
      }
      // Answered by another client, or out of time
      if (event.type === 'tool_result' && event.tool_use_id === asking?.id) reader.release();
      if (overPrompt && ['done', 'cancelled', 'error', 'compact_completed'].includes(event.type)) {
        overPrompt = false;
        reader.redraw();
      }
    },
    notice(notice) {
      if (notice.kind === 'lost' && notice.retryInMs === 0) return;
      if (notice.kind === 'lost') printer.interject(style.dim('Connection lost, trying again…'));
      if (notice.kind === 'given_up') printer.interject(style.red('The server does not answer any more.'));
    },
  };

  async function open(next: Pick<ChatStart, 'agentId' | 'sessionId'>): Promise<void> {
    // The new one first: if it cannot be opened, the old one goes on
    const opened = await openConversation(call, { mode: start.mode, ...next }, listener);
    conversation?.close();
    conversation = opened.conversation;
    agentId = next.agentId;
    turns = opened.history?.turn_count ?? opened.conversation.earlierTurns;
    printer.reset(turns);
    if (opened.history !== undefined && !json) {
      printHistory(host, opened.history.messages.slice(-shownRecords));
    }
  }

  async function takeTurn(text: string): Promise<'quit' | undefined> {
    inTurn = true;
    cancels = 0;
    try {
      const end = await Promise.race([conversation?.send(text), quit.promise]);
      if (end === 'quit') return 'quit';
      if (end?.kind === 'refused' || (end?.kind === 'done' && end.done.is_error)) hasFailed = true;
      return undefined;
    } finally {
      inTurn = false;
    }
  }

  const chat: Chat = {
    call: json ? { ...call, host: { ...host, output: host.errors } } : call,
    printer,
    style,
    conversation() {
      if (conversation === undefined) throw new Error('the chat has no conversation yet');
      return conversation;
    },
    agentId: () => agentId,
    open,
  };

  /** One line of input; `quit` when it was the last. */
  async function takeLine(): Promise<'quit' | undefined> {
    const read = await reader.next(`${style.bold(style.green(`[Turn ${turns + 1}] You:`))} `);
    if (read.kind === 'released') {
      await asking?.answered;
      return undefined;
    }
    if (read.kind !== 'line') return 'quit';
    const line = parseLine(read.text);
    if (line.kind === 'empty') return undefined;
    if (line.kind === 'prompt') return takeTurn(line.text);
    if (line.kind === 'command') {
      if (line.name === 'exit') return 'quit';
      await runChatCommand(chat, line.name, line.argument);
      return undefined;
    }
    const others = (await call.api.commands(agentId)).map(({ name }) => name);
    if (others.includes(line.name)) return takeTurn(line.text);
    const meant = closest(line.name, [...Object.keys(chatCommands), ...others]);
    const hint = meant === undefined ? '/help lists them.' : `Did you mean /${meant}?`;
    printer.say(style.red(`There is no command /${line.name}. ${hint}`));
    return undefined;
  }

  /** At a terminal a failure is told and the chat goes on; a script must not miss it. */
  async function takeLineSafely(): Promise<'quit' | undefined> {
    try {
      return await takeLine();
    } catch (error) {
      if (!interactive || !(error instanceof CliFailure) || error.exitCode === exitCode.notSignedIn)
        throw error;
      printer.say(style.red(error.message));
      return undefined;
    }
  }

  try {
    const agent = asksForAgent ? await pickAgent(call, { reader, say: printer.say, style }) : { agentId };
    if (agent === 'quit') return exitCode.ok;
    await open({ ...agent, sessionId: start.sessionId });
    if (interactive) printer.say(style.dim('Type a message, or /help. Ctrl-C stops a turn, Ctrl-D leaves.'));
    while ((await takeLineSafely()) !== 'quit');
    return hasFailed && !interactive ? exitCode.failure : exitCode.ok;
  } finally {
    conversation?.close();
    reader.close();
  }
}
