import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from '#cli/api.ts';
import { maxAttempts, waitBefore } from '#cli/chat/backoff.ts';
import { readEvent } from '#cli/chat/chat-event.ts';
import type { Conversation, Listener, TurnEnd } from '#cli/chat/conversation.ts';
import { readSse } from '#lib/read-sse.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { failureFor, problemOf, parseJson } from '#cli/http.ts';

const Data = z.record(z.string(), z.unknown());

export interface SseOptions {
  readonly api: Api;
  readonly listener: Listener;
  readonly agentId: string | undefined;
  readonly sessionId: string | undefined;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** A conversation by one request per turn. A stream that breaks is followed from where it broke. */
export function converse(options: SseOptions): Conversation {
  const { api, listener, agentId, pause = sleep } = options;
  let sessionId = options.sessionId;
  let running: AbortController | undefined;
  let lastEvent: string | undefined;

  const pathOf = (id: string, what: string) => `/conversations/${encodeURIComponent(id)}/${what}`;

  /** `undefined`: the stream stopped before the turn did. */
  async function readTurn(response: Response): Promise<TurnEnd | undefined> {
    if (!response.ok || response.body === null) {
      throw failureFor(response.status, await problemOf(response));
    }
    const events = readSse(response.body);
    for (;;) {
      const read = await events.next().catch(() => undefined);
      if (read === undefined || read.done === true) return undefined;
      const { event: name, id, data } = read.value;
      lastEvent = id ?? lastEvent;
      const fields = Data.safeParse(parseJson(data)).data;
      // An error's data has a `type` of its own, so the event's name goes last
      const event = fields === undefined ? undefined : readEvent({ ...fields, type: name });
      if (event === undefined) continue;
      if (event.type === 'session_id') sessionId = event.session_id;
      listener.event(event);
      if (event.type === 'done') return { kind: 'done', done: event };
      if (event.type === 'cancelled') return { kind: 'cancelled' };
      if (event.type === 'error') return { kind: 'refused' };
    }
  }

  async function follow(id: string, signal: AbortSignal): Promise<TurnEnd | undefined> {
    for (let count = 0; count < maxAttempts && !signal.aborted; count += 1) {
      listener.notice({ kind: 'lost', retryInMs: waitBefore(count) });
      await pause(waitBefore(count));
      const path = `${pathOf(id, 'stream')}?last_event=${lastEvent ?? 0}`;
      try {
        const end = await readTurn(await api.asUser({ method: 'GET', path, signal }));
        if (end !== undefined) return end;
      } catch (error) {
        if (!(error instanceof CliFailure) || error.exitCode !== exitCode.unreachable) throw error;
      }
    }
    return undefined;
  }

  async function turn(prompt: string, signal: AbortSignal): Promise<TurnEnd> {
    const response = await api.asUser({
      method: 'POST',
      path: sessionId === undefined ? '/conversations' : pathOf(sessionId, 'stream'),
      body: { content: prompt, ...(agentId === undefined ? {} : { agent_id: agentId }) },
      signal,
    });
    const end =
      (await readTurn(response)) ?? (sessionId === undefined ? undefined : await follow(sessionId, signal));
    if (end !== undefined) return end;
    throw new CliFailure(
      exitCode.unreachable,
      'The stream broke off before the turn ended. `npx edgewise sessions show <id>` tells how it went on.',
    );
  }

  return {
    sessionId: () => sessionId,
    earlierTurns: 0,
    async send(prompt) {
      const abort = new AbortController();
      running = abort;
      try {
        return await turn(prompt, abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        listener.event({ type: 'cancelled' });
        return { kind: 'cancelled' };
      } finally {
        running = undefined;
      }
    },
    answer() {
      listener.event({
        type: 'error',
        error: 'Questions cannot be answered in SSE mode; start with --mode ws.',
      });
    },
    cancel() {
      const interrupted = running;
      if (interrupted === undefined || sessionId === undefined) return interrupted?.abort();
      // Of a server without this route all that can be done is not to listen any more
      void api.asUser({ method: 'POST', path: pathOf(sessionId, 'interrupt') }).then(
        (response) => (response.ok ? undefined : interrupted.abort()),
        () => interrupted.abort(),
      );
    },
    compact: () => Promise.resolve(false),
    setPermissionMode: () => false,
    close: () => running?.abort(),
  };
}
