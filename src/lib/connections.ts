import type { Deadline } from '#lib/deadline.ts';
import { createGate } from '#lib/gate.ts';

/**
 * Cloudflare lets an object wait for the headers of six answers at a time, whatever asks for them, and queues all
 * others where no deadline of ours is known (https://developers.cloudflare.com/workers/platform/limits/). One is left
 * for what does not come by here, such as the bucket of files.
 */
const AT_ONCE = 5;

/** Of those, so many for tools (pages and servers), for hooks, and for both: however slow they are, a model gets one. */
const TOOLS_AT_ONCE = 3;
const HOOKS_AT_ONCE = 3;
const BESIDE_MODELS_AT_ONCE = 4;

/** The requests of one session, counted together. */
export interface Connections {
  /** For models. */
  readonly fetch: typeof fetch;
  /** For tools, and for servers that have tools. */
  readonly toolFetch: typeof fetch;
  readonly hookFetch: typeof fetch;
}

/** Whose time stands still while the request waits for its turn. Who is over, or given up, is not sent any more. */
export interface TimedInit extends RequestInit {
  readonly times?: readonly Deadline[];
}

/** The same, for work that has an end: what it waits for others is not taken from its time. */
export const timed =
  <Url extends string | URL>(fetch: (url: Url, init: TimedInit) => Promise<Response>, time: Deadline) =>
  (url: Url, init: TimedInit = {}): Promise<Response> =>
    fetch(url, { ...init, times: [...(init.times ?? []), time] });

/** What makes a client fetch like that, where it takes options for its `fetch`. */
export const timedOptions = (time: Deadline): Omit<TimedInit, 'body' | 'headers' | 'method' | 'signal'> => ({
  times: [time],
});

/**
 * Contract: whoever comes first is sent first; who waits gives up with its own signal, and is then never sent. A place
 * is free again when the headers are there, and nobody who has one waits for another, so a body that nobody reads and
 * a stream that stays open keep nobody waiting.
 */
export function createConnections(send: typeof fetch): Connections {
  const all = createGate(AT_ONCE);
  const besideModels = createGate(BESIDE_MODELS_AT_ONCE);
  return {
    fetch: through([all], send),
    toolFetch: through([createGate(TOOLS_AT_ONCE), besideModels, all], send),
    hookFetch: through([createGate(HOOKS_AT_ONCE), besideModels, all], send),
  };
}

const through =
  (gates: readonly ReturnType<typeof createGate>[], send: typeof fetch): typeof fetch =>
  async (input, init: TimedInit = {}) => {
    const { times = [], ...rest } = init;
    const signals = [init.signal ?? [], times.map(({ signal }) => signal)].flat();
    const signal = AbortSignal.any(signals);
    const requests = times.map((time) => time.request());
    const act = () => {
      for (const request of requests) request.sent();
      return send(input, rest);
    };
    const inTurn = gates.reduceRight<() => Promise<Response>>((next, pass) => () => pass(next, signal), act);
    try {
      return await inTurn();
    } finally {
      for (const request of requests) request.ended();
    }
  };
