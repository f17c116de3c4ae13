import { createGate } from '#lib/gate.ts';

/**
 * Cloudflare lets an object wait for the headers of six answers at a time, whatever asks for them, and queues all
 * others where no deadline of ours is known (https://developers.cloudflare.com/workers/platform/limits/). One is left
 * for what does not come by here, such as the bucket of files.
 */
const AT_ONCE = 5;

/** Of those, so many for tools: pages and servers that are slow must not keep models and hooks waiting. */
const TOOLS_AT_ONCE = 3;

/** The requests of one session, counted together. */
export interface Connections {
  /** For models. */
  readonly fetch: typeof fetch;
  /** For tools, and for servers that have tools. */
  readonly toolFetch: typeof fetch;
  /** For who makes requests one after the other, and counts its time from the first on. They need a `fetch` of their own. */
  readonly pass: ReturnType<typeof createGate>;
}

/**
 * Contract: whoever comes first is sent first; who waits gives up with its own signal, and is then never sent. A place
 * is free again when the headers are there, and nobody who has one waits for another, so a body that nobody reads and
 * a stream that stays open keep nobody waiting.
 */
export function createConnections(send: typeof fetch): Connections {
  const pass = createGate(AT_ONCE);
  const fetch = through(pass, send);
  return { pass, fetch, toolFetch: through(createGate(TOOLS_AT_ONCE), fetch) };
}

const through =
  (pass: Connections['pass'], send: typeof fetch): typeof fetch =>
  (input, init) =>
    pass(() => send(input, init), init?.signal ?? never);

const never = new AbortController().signal;
