import { z } from 'zod';

const Event = z.looseObject({ type: z.string(), cwd_id: z.string().optional() });

export interface BenchTurn {
  /** Milliseconds from the prompt to the first text. */
  readonly firstText: number;
  /** Milliseconds from the prompt to the end. */
  readonly end: number;
  readonly texts: number;
}

export interface BenchSocket {
  readonly sessionId: string;
  turn(content: string): Promise<BenchTurn>;
  close(): void;
}

/** A client that only looks at the clock. */
export async function openBenchSocket(url: string): Promise<BenchSocket> {
  const socket = new WebSocket(url);
  let onEvent: (event: z.infer<typeof Event>) => void = () => {};
  let onClose: () => void = () => {};
  let sessionId = '';
  socket.addEventListener('message', ({ data }) => onEvent(Event.parse(JSON.parse(String(data)))));
  socket.addEventListener('close', () => onClose());
  await new Promise<void>((resolve, reject) => {
    onClose = () => reject(new Error(`no connection to ${url.split('?')[0]}`));
    onEvent = (event) => {
      sessionId = event.cwd_id ?? '';
      resolve();
    };
    // The relay says nothing by itself
    if (!url.includes('/api/')) socket.addEventListener('open', () => resolve());
  });
  return {
    sessionId,
    close: () => socket.close(),
    turn: (content) =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        let firstText = 0;
        let texts = 0;
        const timer = setTimeout(() => reject(new Error('a turn took longer than 30 s')), 30_000);
        onClose = () => reject(new Error('the connection broke'));
        onEvent = ({ type }) => {
          if (type === 'text_delta') {
            texts += 1;
            firstText ||= performance.now() - startedAt;
          } else if (type === 'done') {
            clearTimeout(timer);
            resolve({ firstText, end: performance.now() - startedAt, texts });
          }
        };
        socket.send(JSON.stringify({ content }));
      }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
