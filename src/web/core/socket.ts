/** The parts of the browser's WebSocket that are used, so that a test can bring its own. */
export type SocketLike = Pick<WebSocket, 'readyState' | 'send' | 'close' | 'addEventListener'>;

export type Connection =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** `retryAt`: milliseconds since 1970. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly attempt: number };

export interface SocketDeps {
  readonly open: (url: string) => SocketLike;
  readonly now: () => number;
  /** Runs `act` after `ms`; the answer cancels it. */
  readonly later: (ms: number, act: () => void) => () => void;
  /** Runs `act` again and again; the answer stops it. */
  readonly every: (ms: number, act: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Asked anew for each attempt: it names the last event seen. */
  readonly url: () => string;
  readonly onFrame: (frame: string) => void;
  readonly onChange: (connection: Connection) => void;
  /** The server no longer knows the session: no further attempt is made. */
  readonly onMissing: () => void;
  /** The server refused the cookie. True when it is good again. */
  readonly renew: () => Promise<boolean>;
}

export interface Socket {
  connect(): void;
  /** False when there is no open connection: nothing was sent. */
  send(frame: unknown): boolean;
  /** Tries at once if a retry is being waited for. */
  retryNow(): void;
  /** Closes for good; late events of the old connection are ignored. */
  close(): void;
}

const OPEN = 1;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** A network that went away without a word shows only in that nothing comes back: noticed within two of these. */
const PING_MS = 15_000;
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

const isAuthClose = (code: number): boolean => code === 1008 || code === 4001;
const isMissingClose = (code: number): boolean => code === 4004;

/** A connection that comes back by itself, without limit, until it is closed on purpose. */
export function createSocket(deps: SocketDeps): Socket {
  let current: SocketLike | null = null;
  let cancelRetry: (() => void) | null = null;
  let stopPings: (() => void) | null = null;
  let attempt = 0;
  let wanted = false;

  function connect(): void {
    wanted = true;
    if (current !== null) return;
    cancelRetry?.();
    cancelRetry = null;
    deps.onChange({ state: 'connecting' });
    const socket = deps.open(deps.url());
    current = socket;
    const isCurrent = () => current === socket;
    let isSilent = false;
    socket.addEventListener('open', () => {
      if (!isCurrent()) return;
      deps.onChange({ state: 'open' });
      stopPings = deps.every(PING_MS, () => {
        if (isSilent) {
          drop();
          socket.close();
          waitThenConnect();
          return;
        }
        isSilent = true;
        socket.send(PING);
      });
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!isCurrent() || typeof data !== 'string') return;
      // Only a frame proves that the server took us in: a refusal also opens before it closes.
      attempt = 0;
      isSilent = false;
      if (data !== PONG) deps.onFrame(data);
    });
    socket.addEventListener('close', ({ code }) => {
      if (!isCurrent()) return;
      drop();
      if (!wanted) return;
      if (isMissingClose(code)) {
        wanted = false;
        deps.onChange({ state: 'idle' });
        deps.onMissing();
      } else if (isAuthClose(code)) void renewThenConnect();
      else waitThenConnect();
    });
  }

  /** From here on nothing of the current connection counts. */
  function drop(): void {
    stopPings?.();
    stopPings = null;
    current = null;
  }

  async function renewThenConnect(): Promise<void> {
    deps.onChange({ state: 'connecting' });
    const renewed = await deps.renew();
    if (!wanted || current !== null) return;
    // A cookie that is renewed and refused again must not spin.
    if (renewed && attempt === 0) {
      attempt = 1;
      connect();
    } else waitThenConnect();
  }

  function waitThenConnect(): void {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
    // Half fixed, half chance: a server that restarts is not met by all pages in the same moment.
    const delay = ceiling / 2 + (ceiling / 2) * deps.random();
    attempt += 1;
    deps.onChange({ state: 'waiting', retryAt: deps.now() + delay, attempt });
    cancelRetry = deps.later(delay, () => {
      cancelRetry = null;
      connect();
    });
  }

  return {
    connect,
    send(frame) {
      if (current?.readyState !== OPEN) return false;
      current.send(JSON.stringify(frame));
      return true;
    },
    retryNow() {
      if (wanted && cancelRetry !== null) connect();
    },
    close() {
      wanted = false;
      attempt = 0;
      cancelRetry?.();
      cancelRetry = null;
      const closing = current;
      drop();
      closing?.close();
      deps.onChange({ state: 'idle' });
    },
  };
}
