import { readFileSync } from 'node:fs';
import { systemClock, type Clock } from '#lib/clock.ts';

interface Input extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}
interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** All that a command touches outside of the process, so that a test can be a terminal, a pipe or another user. */
export interface Host {
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The text of `.dev.vars` beside package.json, which `npm start` writes; empty when there is none. */
  readDevVars(): string;
  /** Calls back on SIGINT: how Ctrl-C arrives while the input is no terminal. */
  onInterrupt(handler: () => void): void;
}

export const projectFolder = new URL('../../', import.meta.url);

export const processHost: Host = {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  env: process.env,
  clock: systemClock,
  readDevVars() {
    try {
      return readFileSync(new URL('.dev.vars', projectFolder), 'utf8');
    } catch {
      return '';
    }
  },
  onInterrupt: (handler) => void process.on('SIGINT', handler),
};

/** Somebody is there to be asked. */
export const isInteractive = (host: Host): boolean => host.input.isTTY === true && host.output.isTTY === true;

export const printLine = (host: Host, line: string): void => void host.output.write(`${line}\n`);

/** One JSON value, and nothing else, on standard output: the promise of `--json`. */
export const printJson = (host: Host, value: unknown): void =>
  printLine(host, JSON.stringify(value, null, 2));
