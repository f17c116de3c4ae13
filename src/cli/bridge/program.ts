import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { StdioServer } from '#cli/bridge/read-config.ts';

/** One message may carry a picture or two. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

export interface ProgramEvents {
  onMessage(message: JSONRPCMessage): void;
  /** It ended by itself; called once, and never after `stop`. */
  onEnd(): void;
  /** A line of its standard error. */
  onLine(line: string): void;
}

/** One run of a program. */
export class Program {
  readonly #transport: StdioClientTransport;
  readonly #events: ProgramEvents;
  #ended = false;

  constructor({ command, args, env, cwd }: StdioServer, events: ProgramEvents) {
    this.#events = events;
    this.#transport = new StdioClientTransport({
      command,
      args: [...args],
      env: { ...env },
      cwd,
      stderr: 'pipe',
      maxBufferSize: MAX_MESSAGE_BYTES,
    });
    Object.assign(this.#transport, {
      onmessage: (message: JSONRPCMessage) => events.onMessage(message),
      onclose: () => this.#end(),
    });
    const { stderr } = this.#transport;
    if (stderr instanceof PassThrough)
      createInterface({ input: stderr }).on('line', (line) => events.onLine(line));
  }

  /** False where it could not be started: the command is not there, or may not be run. */
  async start(): Promise<boolean> {
    try {
      await this.#transport.start();
      return true;
    } catch {
      this.#ended = true;
      return false;
    }
  }

  send(message: JSONRPCMessage): void {
    // A program that is gone says so by its end
    this.#transport.send(message).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#transport.close();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnd();
  }
}
