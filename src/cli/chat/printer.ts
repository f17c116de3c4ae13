import type { ChatEvent } from '#cli/chat/chat-event.ts';
import { createMarkdownStream } from '#cli/chat/render-markdown.ts';
import { describeCall, summariseResult } from '#cli/chat/tool-lines.ts';
import { readMcpToolName, toolTitle } from '#protocol/mcp-tool-name.ts';
import type { WaitingCall } from '#cli/chat/waiting-call.ts';
import { printable, type Style } from '#cli/style.ts';
import { textOf } from '#cli/print-history.ts';
import type { Done } from '#protocol/server-event.ts';

export interface PrinterOutput {
  /** What the agent says. */
  answer(text: string): void;
  /** Everything around it: tool calls, thoughts, costs. */
  aside(text: string): void;
  readonly style: Style;
  /** Asked each time: a window changes its size. */
  width(): number;
}

export interface Printer {
  readonly show: (event: ChatEvent) => void;
  /** A line of the client itself. */
  readonly say: (line: string) => void;
  /** What a person is to decide on. */
  readonly showWaiting: (shown: WaitingCall['shown']) => void;
  /** A line in the middle of whatever is being said, which goes on after it. */
  readonly interject: (line: string) => void;
  /** A new session: numbers and half a line of the old one are no longer of interest. */
  reset(turns: number): void;
}

const squeeze = (text: string) => text.replace(/\s+/g, '');

function usageLine(done: Done, turns: number): string {
  const seconds = (done.duration_ms / 1000).toFixed(1);
  return `[${turns} ${turns === 1 ? 'turn' : 'turns'}, $${done.total_cost_usd.toFixed(4)}, ${seconds} s]`;
}

/** Shows a session's events as text that grows at its end: nothing is ever taken back from the screen. */
export function createPrinter(output: PrinterOutput): Printer {
  const { style } = output;
  const markdown = createMarkdownStream();
  const toolNames = new Map<string, string>();
  let turns = 0;
  let atLineStart = true;
  let streamed = '';
  /** Half of a surrogate pair whose other half is in the next delta. */
  let half = '';
  /** Something of this turn stands above. */
  let begun = false;
  /** The message on its way began before this client listened. */
  let joinedLate = true;
  let lastTool = '';

  function answer(text: string): void {
    if (text === '') return;
    output.answer(text);
    atLineStart = text.endsWith('\n');
  }
  function say(line: string): void {
    endText();
    output.aside(`${line}\n`);
  }
  function text(piece: string): void {
    if (streamed === '' && begun) answer('\n');
    begun = true;
    streamed += piece;
    const whole = half + piece;
    half = /[\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
    const clean = printable(whole.slice(0, whole.length - half.length));
    answer(style.coloured ? markdown.push(clean) : clean);
  }
  function endText(): void {
    if (streamed === '') return;
    if (style.coloured) answer(markdown.end());
    half = '';
    streamed = '';
    if (!atLineStart) answer('\n');
  }

  function wholeText(whole: string): void {
    const shown = squeeze(streamed);
    const all = squeeze(whole);
    const isSame = shown === all || (joinedLate && all.endsWith(shown) && shown !== '');
    joinedLate = false;
    if (shown !== '' && !isSame) {
      say(style.red('The connection to the model broke while it answered. Here is the whole answer:'));
    }
    if (shown === '' || !isSame) text(whole);
    endText();
  }

  function toolUse(event: Extract<ChatEvent, { type: 'tool_use' }>): void {
    // Its questions, or the plan, are on the screen already
    if (event.name === 'AskUserQuestion' || event.name === 'ExitPlanMode') return;
    toolNames.set(event.id, event.name);
    lastTool = event.id;
    const indent = event.parent_tool_use_id === undefined ? '' : '  ';
    say(
      `${indent}${style.cyan('●')} ${describeCall(event.name, event.input, output.width() - indent.length)}`,
    );
    begun = true;
  }

  function toolResult(event: Extract<ChatEvent, { type: 'tool_result' }>): void {
    const indent = event.parent_tool_use_id === undefined ? '' : '  ';
    const name = toolNames.get(event.tool_use_id);
    // Of calls that run side by side, a result says which it belongs to
    if (event.tool_use_id !== lastTool && name !== undefined)
      say(style.dim(`${indent}  ${printable(toolTitle(name))}:`));
    const paint = event.is_error === true ? style.red : style.dim;
    for (const line of summariseResult(event.content, output.width() - indent.length)) {
      say(paint(`${indent}${line}`));
    }
    // Where to sign in must stand there whole
    const link =
      readMcpToolName(name ?? '')?.tool === 'sign_in' ? /https?:\/\/\S+/.exec(event.content) : null;
    if (link !== null) say(`  ${printable(link[0])}`);
    begun = true;
  }

  function thought(thinking: string): void {
    if (thinking.trim() === '') return;
    say(style.dim(`✻ ${printable(thinking).trim()}`));
    begun = true;
  }

  function endTurn(): void {
    endText();
    begun = false;
    joinedLate = false;
    toolNames.clear();
    turns += 1;
  }

  function show(event: ChatEvent): void {
    switch (event.type) {
      case 'text_delta':
        // A subagent's words are for the agent
        if (event.parent_tool_use_id === undefined && event.text !== '') text(event.text);
        return;
      case 'assistant_text':
        return wholeText(event.text);
      case 'tool_use':
        return toolUse(event);
      case 'tool_result':
        return toolResult(event);
      case 'thinking':
        return thought(event.text);
      case 'content_block':
        if (typeof event.block['thinking'] === 'string') thought(event.block['thinking']);
        return;
      case 'user_message':
        return say(`${style.bold(style.green('You, elsewhere:'))} ${printable(textOf(event.content))}`);
      case 'done':
        endTurn();
        if (event.is_error) say(style.red('The turn failed.'));
        return say(style.dim(usageLine(event, turns)));
      case 'cancelled':
        endTurn();
        return say(style.dim('[interrupted]'));
      case 'error':
        return say(style.red(printable(event.error)));
      case 'compact_started':
        return say(style.dim('Summarising the conversation…'));
      case 'compact_completed':
        return say(style.dim(`Summarised. ${printable(event.summary ?? '')}`.trimEnd()));
      case 'file_uploaded':
        return say(style.dim(`File added: ${printable(event.file.original_name)}`));
      case 'file_deleted':
        return say(style.dim(`File removed: ${printable(event.safe_name)}`));
      case 'turn_resumed':
        if (streamed !== '')
          say(style.dim('The server was interrupted; it says this again from the beginning:'));
        return;
      case 'session_id':
        // A turn begins: from here on nothing was missed
        joinedLate = false;
        return;
      case 'permission_mode':
        return say(style.dim(`Permission mode: ${event.mode}`));
      case 'ready':
      case 'reply_taken':
      case 'ask_user_question':
      case 'plan_approval':
      case 'approval_request':
        return;
    }
  }

  return {
    show,
    say,
    showWaiting(shown) {
      if (shown === null) return;
      if ('plain' in shown) return say(shown.plain);
      say(style.coloured ? markdown.push(shown.markdown) + markdown.end() : shown.markdown);
    },
    interject(line) {
      output.aside(`${atLineStart ? '' : '\n'}${line}\n`);
      atLineStart = true;
    },
    reset(count) {
      endText();
      turns = count;
      begun = false;
      joinedLate = true;
    },
  };
}
