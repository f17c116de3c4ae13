import { createInterface } from 'node:readline';
import { isInteractive, type Host } from '#cli/host.ts';

type Read =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  /** Ctrl-C while this line was awaited. */
  | { readonly kind: 'interrupted' }
  /** Somebody else needs the keyboard: `release` was called. */
  | { readonly kind: 'released' };

export interface LineReader {
  /** One line at a time. Lines that came before they were asked for are kept: a pipe brings all at once. */
  next(prompt: string): Promise<Read>;
  isWaiting(): boolean;
  release(): void;
  /** Shows the prompt and what was typed again, after something else was printed. */
  redraw(): void;
  close(): void;
}

/** `onInterrupt` hears of Ctrl-C while no line is awaited. */
export function createLineReader(host: Host, onInterrupt: () => void): LineReader {
  const interactive = isInteractive(host);
  const reader = createInterface({
    input: host.input,
    ...(interactive ? { output: host.output } : {}),
    terminal: interactive,
    historySize: 500,
  });
  const lines: string[] = [];
  let ended = false;
  let waiting: ((read: Read) => void) | undefined;

  function settle(read: Read): void {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(read);
  }
  function interrupt(): void {
    if (waiting === undefined) return onInterrupt();
    if (interactive && reader.line !== '') {
      // As in a shell: the first Ctrl-C throws away what was typed
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
      return;
    }
    if (interactive) host.output.write('\n');
    settle({ kind: 'interrupted' });
  }

  reader.on('line', (text) => {
    if (waiting === undefined) lines.push(text);
    else settle({ kind: 'line', text });
  });
  reader.on('close', () => {
    ended = true;
    // After Ctrl-D the shell's prompt gets a line of its own
    if (interactive && waiting !== undefined) host.output.write('\n');
    settle({ kind: 'end' });
  });
  reader.on('SIGINT', interrupt);
  host.onInterrupt(interrupt);

  return {
    next(prompt) {
      const text = lines.shift();
      if (text !== undefined) return Promise.resolve({ kind: 'line', text });
      if (ended) return Promise.resolve({ kind: 'end' });
      return new Promise((resolve) => {
        waiting = resolve;
        if (!interactive) return;
        reader.setPrompt(prompt);
        reader.prompt();
      });
    },
    isWaiting: () => waiting !== undefined,
    release: () => settle({ kind: 'released' }),
    redraw() {
      if (interactive && waiting !== undefined) reader.prompt(true);
    },
    close: () => reader.close(),
  };
}
