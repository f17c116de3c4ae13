import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ExitCode } from '#cli/failure.ts';
import type { Host } from '#cli/host.ts';
import { runCli } from '#cli/run.ts';

export interface RunOptions {
  /** Piped in whole; absent for a terminal. */
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly devVars?: string;
}

const atTerminal = { isTTY: true, columns: 80 };

/** One command line against a host made of streams. With `type` and `seen` a test is the person at the terminal. */
export function startCli(argv: readonly string[], options: RunOptions = {}) {
  const isTerminal = options.input === undefined;
  const input = Object.assign(new PassThrough(), isTerminal ? { isTTY: true, setRawMode: () => {} } : {});
  const output = Object.assign(new PassThrough(), isTerminal ? atTerminal : {});
  const errors = Object.assign(new PassThrough(), isTerminal ? atTerminal : {});
  let out = '';
  let err = '';
  let interrupt = () => {};
  const watchers = new Set<() => void>();
  const collect = (stream: PassThrough, add: (text: string) => void) =>
    stream.on('data', (chunk: Buffer) => {
      add(chunk.toString());
      for (const watcher of watchers) watcher();
    });
  collect(output, (text) => (out += text));
  collect(errors, (text) => (err += text));
  if (options.input !== undefined) input.end(options.input);

  const host: Host = {
    input,
    output,
    errors,
    env: { HOME: mkdtempSync(join(tmpdir(), 'edgewise-home-')), ...options.env },
    clock: { now: () => Date.now() },
    readDevVars: () => options.devVars ?? '',
    onInterrupt: (handler) => (interrupt = handler),
  };
  const code: Promise<ExitCode> = runCli(argv, host);

  return {
    host,
    code,
    out: () => stripVTControlCharacters(out),
    rawOut: () => out,
    err: () => stripVTControlCharacters(err),
    interrupt: () => interrupt(),
    type: (text: string) => void input.write(text),
    end: () => void input.end(),
    /** Waits until this has been printed once more than when it was last waited for. */
    async seen(text: string): Promise<void> {
      const all = () => stripVTControlCharacters(out + err);
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`never saw ${text} in:\n${all()}`)), 4000);
        const watcher = () => {
          if (!all().includes(text)) return;
          clearTimeout(timer);
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      });
    },
  };
}

export async function run(argv: readonly string[], options: RunOptions = {}) {
  const started = startCli(argv, { input: '', ...options });
  const code = await started.code;
  return { code, out: started.out(), err: started.err() };
}
