import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { maxAttempts, waitBefore } from '#cli/chat/backoff.ts';
import type { ChatEvent } from '#cli/chat/chat-event.ts';
import type { Conversation, Listener, TurnEnd } from '#cli/chat/conversation.ts';
import { attach, type Attached, type ReadyEvent } from '#cli/chat/socket.ts';
import { takeNew } from '#cli/chat/stream-position.ts';
import { watchTurn } from '#cli/chat/turn-watch.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { unreachable } from '#cli/http.ts';
import { printable } from '#cli/style.ts';
import type { Access } from '#cli/access.ts';
import type { PermissionMode } from '#protocol/server-event.ts';

export interface ConnectionOptions {
  readonly server: string;
  readonly access: Access;
  readonly listener: Listener;
  readonly agentId: string | undefined;
  /** A session to go on with, and the position in its stream up to which it is known. */
  readonly resume: { readonly sessionId: string; readonly lastEvent: number } | undefined;
  /** Waits; an argument, so that a test need not. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** A frame that the server may not have got: sent again after a reconnect, until an event shows that it has. */
interface Unconfirmed {
  readonly frame: string;
  confirmedBy(event: ChatEvent): boolean;
}

/**
 * A conversation over a WebSocket that survives its sockets: it comes back to the same session at the same place,
 * so that nothing is lost and nothing shown twice.
 */
export async function connect(options: ConnectionOptions): Promise<Conversation> {
  const { server, access, listener, agentId, pause = sleep } = options;
  let sessionId = options.resume?.sessionId;
  let position = options.resume?.lastEvent ?? 0;
  /** The id a new session will get with its first prompt: known from `ready`, valid only if that prompt arrived. */
  let promisedId: string | undefined;
  let socket: WebSocket | undefined;
  let recovering: Promise<void> | undefined;
  let closed = false;
  /** Attempts since something new was heard: a server that accepts and drops us at once is not asked in a loop. */
  let attempts = 0;
  let unconfirmed: readonly Unconfirmed[] = [];
  let chosenMode: PermissionMode | undefined;
  /** Chosen, until the server says the same; a turn that ends does not make it told. */
  let untoldMode: PermissionMode | undefined;
  const ownMessages = new Set<string>();
  const watchers = new Set<(event: ChatEvent) => void>();
  const giveUps = new Set<(failure: CliFailure) => void>();

  function receive(incoming: ChatEvent): void {
    const taken = takeNew(incoming, position);
    position = taken.position;
    const { event } = taken;
    if (event === undefined || closed) return;
    attempts = 0;
    if (event.type === 'session_id') sessionId = event.session_id;
    if (event.type === 'permission_mode' && event.mode === untoldMode) untoldMode = undefined;
    unconfirmed = unconfirmed.filter((sent) => !sent.confirmedBy(event));
    // What was typed here is on the screen already
    const isOwn = event.type === 'user_message' && ownMessages.has(event.message_id ?? '');
    if (!isOwn) listener.event(event);
    for (const watch of watchers) watch(event);
  }

  async function open(id: string | undefined, token: string): Promise<Attached> {
    const query = new URLSearchParams({ token, last_event: String(position) });
    if (agentId !== undefined) query.set('agent_id', agentId);
    if (id !== undefined) query.set('session_id', id);
    return attach(`${server.replace(/^http/, 'ws')}/api/v1/ws/chat?${query}`, {
      event: receive,
      closed() {
        socket = undefined;
        if (!closed) recover();
      },
    });
  }

  /** One attempt; a refused token is renewed once, a promised session that never came to be is begun anew. */
  async function attempt(): Promise<Attached> {
    let attached = await open(sessionId ?? promisedId, await access.token());
    if (isTokenRefused(attached)) attached = await open(sessionId ?? promisedId, await access.renew());
    if (isSessionGone(attached) && sessionId === undefined && promisedId !== undefined) {
      promisedId = undefined;
      attached = await open(undefined, await access.token());
      // It was forgotten with the session
      untoldMode = chosenMode;
    }
    if (attached.kind === 'ready') {
      if (closed) attached.socket.close();
      else socket = attached.socket;
      promisedId = attached.ready.session_id ?? attached.ready.cwd_id;
    }
    return attached;
  }

  function recover(): void {
    recovering ??= tryAgain().finally(() => {
      recovering = undefined;
    });
  }

  async function tryAgain(): Promise<void> {
    try {
      while (attempts < maxAttempts) {
        const retryInMs = waitBefore(attempts);
        attempts += 1;
        listener.notice({ kind: 'lost', retryInMs });
        await pause(retryInMs);
        if (closed) return;
        const attached = await attempt().catch(passWhenUnreachable);
        if (attached?.kind === 'ready') {
          listener.notice({ kind: 'back' });
          // First: it holds for the prompt that follows
          if (untoldMode !== undefined) socket?.send(modeFrame(untoldMode));
          for (const { frame } of unconfirmed) socket?.send(frame);
          return;
        }
        const refusal = attached === undefined ? undefined : refusalOf(attached);
        if (refusal !== undefined) throw refusal;
      }
      throw unreachable(server);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      attempts = 0;
      listener.notice({ kind: 'given_up' });
      for (const giveUp of giveUps) giveUp(error);
    }
  }

  /** Sends now, or as soon as there is a connection again; in doubt twice, which the server tells by its id. */
  function transmit(message: object, confirmedBy: Unconfirmed['confirmedBy']): void {
    const frame = JSON.stringify(message);
    unconfirmed = [...unconfirmed, { frame, confirmedBy }];
    sendOrRecover(frame);
  }

  function sendOrRecover(frame: string): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(frame);
    else recover();
  }

  /** Waits for the event with which `read` is content. */
  async function until<Found>(read: (event: ChatEvent) => Found | undefined): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const watch = (event: ChatEvent) => {
      const found = read(event);
      if (found !== undefined) resolve(found);
    };
    watchers.add(watch);
    giveUps.add(reject);
    try {
      return await promise;
    } finally {
      watchers.delete(watch);
      giveUps.delete(reject);
    }
  }

  const first = await attempt();
  if (first.kind === 'closed') throw refusalOf(first) ?? unreachable(server);
  const { turn_count: earlierTurns = 0 }: ReadyEvent = first.ready;

  return {
    sessionId: () => sessionId,
    earlierTurns,
    async send(prompt): Promise<TurnEnd> {
      const messageId = randomUUID();
      ownMessages.add(messageId);
      const turn = watchTurn(messageId);
      const ended = until((event) => turn.take(event));
      let over = false;
      transmit({ content: prompt, message_id: messageId }, () => over || turn.hasBegun());
      try {
        return await ended;
      } finally {
        over = true;
        unconfirmed = [];
      }
    },
    answer(call, answers) {
      transmit(call.frame(answers), (event) => event.type === 'tool_result' && event.tool_use_id === call.id);
    },
    cancel() {
      transmit(
        { type: 'cancel_request' },
        (event) => event.type === 'cancelled' || event.type === 'done' || event.type === 'error',
      );
    },
    async compact(instructions) {
      const ended = until((event) =>
        ['compact_completed', 'error', 'cancelled'].includes(event.type) ? true : undefined,
      );
      transmit(
        { type: 'compact_request', ...(instructions !== '' && { instructions }) },
        (event) => event.type === 'compact_started' || event.type === 'error',
      );
      return ended;
    },
    setPermissionMode(mode) {
      chosenMode = mode;
      untoldMode = mode;
      sendOrRecover(modeFrame(mode));
      return true;
    },
    close() {
      closed = true;
      socket?.close(1000);
    },
  };
}

const modeFrame = (mode: PermissionMode) => JSON.stringify({ type: 'set_permission_mode', mode });

const isTokenRefused = (attached: Attached): boolean =>
  attached.kind === 'closed' && (attached.code === 1008 || attached.code === 4001);

const isSessionGone = (attached: Attached): boolean => attached.kind === 'closed' && attached.code === 4004;

/** Why coming back later would not help; `undefined` when it may. */
function refusalOf(attached: Attached): CliFailure | undefined {
  if (attached.kind === 'ready') return undefined;
  if (isTokenRefused(attached)) {
    return new CliFailure(
      exitCode.notSignedIn,
      'The server does not accept the login. Run `npx edgewise login`.',
    );
  }
  if (isSessionGone(attached)) {
    return new CliFailure(
      exitCode.notFound,
      'There is no such session, or it is not yours. `npx edgewise sessions` lists them.',
    );
  }
  if (attached.error !== undefined || attached.code === 1011) {
    const said = printable(attached.error ?? attached.reason);
    return new CliFailure(exitCode.failure, `The server refused the conversation: ${said}.`);
  }
  return undefined;
}

function passWhenUnreachable(error: unknown): undefined {
  if (error instanceof CliFailure && error.exitCode === exitCode.unreachable) return undefined;
  throw error;
}
