import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  ProgressTokenSchema,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { Program } from '#cli/bridge/program.ts';
import type { StdioServer } from '#cli/bridge/read-config.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** No client counts like this, so an answer to it is one to us. */
const REPEATED_INITIALIZE = 'edgewise-initialize-again';

const INTERNAL_ERROR = -32_603;

const Progress = z.object({ params: z.object({ progressToken: ProgressTokenSchema }) });
const WithToken = z.object({ params: z.object({ _meta: z.object({ progressToken: ProgressTokenSchema }) }) });

export interface SessionDeps {
  readonly server: StdioServer;
  /** A line for the person at the terminal. */
  readonly tell: (line: string) => void;
  readonly onOpen: (id: string, session: ClientSession) => void;
  readonly onClose: (id: string) => void;
}

/**
 * One client and a program of its own, since a program on a pipe knows only one. What one says goes to the other as
 * it is. Contract: a request always gets an answer: the program's, or an error that says what became of it. A program
 * that crashes is started again, and told again how the client introduced itself.
 */
export class ClientSession {
  readonly transport: StreamableHTTPServerTransport;
  readonly #deps: SessionDeps;
  readonly #pending = new Map<RequestId, JSONRPCRequest>();
  #program: Program | undefined;
  #initialize: JSONRPCRequest | undefined;
  /** What the client said after it, once. */
  #initialized: JSONRPCMessage | undefined;
  /** Resolves when the program runs, or cannot. */
  #started: Promise<boolean> | undefined;
  #isRestarting = false;
  #crashes = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => deps.onOpen(id, this),
    });
    Object.assign(this.transport, {
      onmessage: (message: JSONRPCMessage) => void this.#fromClient(message),
      onclose: () => void this.close(),
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#restart);
    if (this.transport.sessionId !== undefined) this.#deps.onClose(this.transport.sessionId);
    await this.transport.close();
    await this.#program?.stop();
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  async #fromClient(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCRequest(message)) {
      this.#pending.set(message.id, message);
      if (isInitializeRequest(message)) {
        this.#initialize = message;
        this.#started = this.#start();
      }
    } else if (isJSONRPCNotification(message) && message.method === 'notifications/initialized') {
      this.#initialized = message;
    }
    await this.#started;
    if (this.#program !== undefined && !this.#isRestarting) this.#program.send(message);
    else if (isJSONRPCRequest(message))
      await this.#fail([message.id], 'ended unexpectedly and is being started again. Try again in a moment.');
  }

  async #start(): Promise<boolean> {
    const { server, tell } = this.#deps;
    const program = new Program(server, {
      onMessage: (message) => this.#fromProgram(message),
      onEnd: () => this.#onEnd(),
      onLine: (line) => tell(`[${server.name}] ${line}`),
    });
    if (await program.start()) {
      this.#program = program;
      // The client left while it was starting
      if (this.#isClosed) await program.stop();
      return true;
    }
    tell(`${server.name}: cannot start ${server.command}`);
    if (!this.#isRestarting)
      await this.#giveUp(
        `cannot be started: is the command "${server.command}" installed where the bridge runs?`,
      );
    return false;
  }

  #fromProgram(message: JSONRPCMessage): void {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      if (id === REPEATED_INITIALIZE) return this.#onStartedAgain();
      if (id === undefined || !this.#pending.has(id)) return;
      if (id !== this.#initialize?.id) this.#crashes = 0;
      this.#pending.delete(id);
      void this.#toClient(message);
    } else {
      void this.#toClient(message, this.#requestBehind(message));
    }
  }

  /** A transport that was closed meanwhile has nobody to tell. */
  async #toClient(message: JSONRPCMessage, relatedRequestId?: RequestId): Promise<void> {
    const options = relatedRequestId === undefined ? {} : { relatedRequestId };
    await this.transport.send(message, options).catch(() => {});
  }

  /** On whose stream a message goes that the program sends by itself: many clients open no other. */
  #requestBehind(message: JSONRPCMessage): RequestId | undefined {
    const progress = Progress.safeParse(message).data?.params.progressToken;
    const requests = [...this.#pending.values()];
    const known = requests.find(
      (request) =>
        progress !== undefined && WithToken.safeParse(request).data?.params._meta.progressToken === progress,
    );
    return (known ?? requests.at(-1))?.id;
  }

  #onEnd(): void {
    const { server, tell } = this.#deps;
    const wasInitialized = this.#initialize !== undefined && !this.#pending.has(this.#initialize.id);
    this.#program = undefined;
    if (!wasInitialized) {
      tell(`${server.name} ended before it was ready`);
      void this.#giveUp('ended before it was ready. The terminal of the bridge shows why.');
      return;
    }
    this.#isRestarting = true;
    void this.#fail(
      this.#pending.keys(),
      'ended unexpectedly while it worked on this, and is being started again. Try again.',
    );
    this.#startAgainLater();
  }

  #startAgainLater(): void {
    const { server, tell } = this.#deps;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#crashes, LONGEST_WAIT_MS);
    this.#crashes += 1;
    tell(`${server.name} ended unexpectedly; starting it again in ${wait / 1000} s`);
    this.#restart = setTimeout(() => void this.#startAgain(), wait);
  }

  async #startAgain(): Promise<void> {
    if (this.#initialize === undefined || this.#isClosed) return;
    if (await this.#start()) this.#program?.send({ ...this.#initialize, id: REPEATED_INITIALIZE });
    else this.#startAgainLater();
  }

  #onStartedAgain(): void {
    this.#isRestarting = false;
    if (this.#initialized !== undefined) this.#program?.send(this.#initialized);
    this.#deps.tell(`${this.#deps.server.name} runs again`);
  }

  /** Answers each with an error, and only once: a request that was answered is no longer pending. */
  async #fail(ids: Iterable<RequestId>, what: string): Promise<void> {
    const message = `The MCP server "${this.#deps.server.name}" ${what}`;
    const failed = Array.from(ids).filter((id) => this.#pending.delete(id));
    const answers = failed.map((id) =>
      this.#toClient({ jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message } }),
    );
    await Promise.all(answers);
  }

  /** Without a program that was ever ready there is no session: the client may begin another. */
  async #giveUp(what: string): Promise<void> {
    await this.#fail(this.#pending.keys(), what);
    await this.close();
  }
}
