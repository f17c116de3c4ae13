import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillMessage, DrillPlatform, DrillWebhook } from './drill-platforms.ts';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 3_000;
const ANSWER_LIMIT_MS = 10_000;

/** How often, of all webhooks, a platform … */
const often = {
  /** … delivers again what was answered long ago. */
  replayed: 0.08,
  /** … delivers twice at the same moment. */
  doubled: 0.05,
  /** … does not wait for the answer, and delivers again. */
  abandoned: 0.05,
  /** … delivers several messages as one, where it does so. */
  batched: 0.15,
} as const;

const ABANDON_WITHIN_MS = 25;
const REPLAY_WITHIN_MS = 6_000;

/** People write some messages in a row, and wait before others. */
const QUICK_MS = 300;
const QUICK_SHARE = 0.3;

export interface Sending {
  readonly platform: DrillPlatform;
  /** Where the webhook is. */
  readonly url: string;
  readonly random: () => number;
  /** On average, between two messages of a chat. */
  readonly paceMs: number;
  /** The server has said that it has them, or has to find out by itself. */
  readonly onAccepted: (messages: readonly DrillMessage[], webhook: DrillWebhook) => void;
}

/** Writes the messages of one chat, each when the one before was taken. Resolves when no delivery is under way. */
export async function sendMessages(messages: readonly Omit<DrillMessage, 'at'>[], sending: Sending) {
  const { platform, url, random, paceMs, onAccepted } = sending;
  const replays: Promise<unknown>[] = [];
  const left = [...messages];
  while (left.length > 0) {
    await sleep(random() < QUICK_SHARE ? random() * QUICK_MS : (random() * 2 * paceMs) / (1 - QUICK_SHARE));
    const isBatch = random() < often.batched;
    const some = left.splice(0, isBatch ? platform.mostAtOnce : 1);
    const batch = some.map((message) => ({ ...message, at: Date.now() }));
    const webhook = platform.webhook(batch);
    if (random() < often.doubled) replays.push(post(url, webhook));
    if (random() < often.abandoned && platform.deliversOnce !== true)
      await post(url, webhook, random() * ABANDON_WITHIN_MS);
    if (platform.deliversOnce === true) await post(url, webhook);
    else await deliver(url, webhook);
    onAccepted(batch, webhook);
    if (random() < often.replayed) {
      replays.push(sleep(random() * REPLAY_WITHIN_MS).then(() => post(url, webhook)));
    }
  }
  await Promise.all(replays);
}

/** As platforms do: the same again, less and less often, until it is taken. */
export async function deliver(url: string, webhook: DrillWebhook): Promise<void> {
  for (let waitMs = FIRST_RETRY_MS; !(await post(url, webhook));) {
    await sleep(waitMs);
    waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS);
  }
}

/** Whether it was answered with 200. A refusal would be the drill's own mistake, and is thrown. */
export async function post(
  url: string,
  { query = '', headers, body }: DrillWebhook,
  limitMs = ANSWER_LIMIT_MS,
): Promise<boolean> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const response = await fetch(`${url}${query}`, {
    ...init,
    signal: AbortSignal.timeout(Math.ceil(limitMs)),
  }).catch(() => undefined);
  if (response === undefined) return false;
  const answer = await response.text().catch(() => '');
  if (response.status >= 400 && response.status < 500) {
    throw new Error(`the webhook was refused with ${response.status}: ${answer}`);
  }
  return response.status === 200;
}
