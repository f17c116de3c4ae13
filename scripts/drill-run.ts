import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformName } from '#protocol/platform.ts';
import type { FakeAnswer, FakeRequest } from '#test/support/fake-messages-api.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';
import { startChannel, tallyChannel, webhookUrl, type DrillChannel } from './drill-channel.ts';
import { killAtRandom } from './drill-kills.ts';
import type { DrillMessage } from './drill-platforms.ts';
import { deliver, post, sendMessages } from './drill-send.ts';
import { markOf, marksIn, type Tally } from './drill-tally.ts';
import { pendingAlarms } from './kill-check.ts';
import { randomFrom } from './random-from.ts';

export interface DrillOptions {
  /** Messages per channel. */
  readonly count: number;
  readonly seed: number;
  readonly channels: readonly PlatformName[];
  readonly kills: number;
  /** Without the faults after which a platform's word is waited for, a minute each. */
  readonly quick?: boolean;
  readonly onProgress?: (line: string) => void;
  readonly onOutput?: (text: string) => void;
}

export interface DrillReport {
  readonly tallies: readonly Tally[];
  readonly restarts: number;
  /** Chats that still have something to do long after the last message. */
  readonly restless: readonly string[];
}

const MESSAGES_PER_CHAT = 25;
const PACE_MS = 2_000;
/** Messages come so slowly that each kill finds some under way, and takes about this long to be got over. */
const KILL_MS = 10_000;
const REPLAYED_LATE = 0.1;

/** How often the server's schedule comes round: every few minutes in earnest. */
const SCHEDULE_MS = 5_000;

/** Between the parts of an answer that is shown while it grows. */
const LONG_MS = 700;

/** Longer than any single thing that is waited for: the next look at a turn, a report, a call without an answer. */
const STALL_MS = 150_000;

/** Sends messages through every channel while everything around them breaks, and tells what became of them. */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const { count, seed, channels, quick = false, onProgress = () => {}, onOutput = () => {} } = options;
  const chats = Math.min(count, Math.max(2, Math.ceil(count / MESSAGES_PER_CHAT)));
  const played = await Promise.all(channels.map((name) => startChannel(name, { chats, seed, quick })));
  const vars = Object.assign({}, ...played.map(({ platform }) => platform.vars));
  const server = await startRealServer({ vars, onOutput });
  const isOver = new AbortController();
  try {
    server.model.respondWith(answerWithMarks(randomFrom(`${seed} model`)));
    await runSchedule(server);
    const beside = [
      keepSchedule(server, isOver.signal),
      ...played.map((channel) => sendReports(channel, server, isOver.signal)),
    ];
    const killing = killAtRandom(server, played, options);
    const paceMs = Math.max(PACE_MS, (options.kills * KILL_MS * chats) / count);
    await Promise.all(played.map((channel) => sendAll(channel, server, { count, seed, paceMs, onProgress })));
    const restarts = await killing;
    onProgress('all is sent, waiting for the last answers');
    await runSchedule(server);
    await untilQuiet(server, played);
    await replayLate(server, played, randomFrom(`${seed} late`));
    const restless = await untilQuiet(server, played);
    isOver.abort();
    await Promise.all(beside);
    return { tallies: played.map(tallyChannel), restarts, restless };
  } finally {
    isOver.abort();
    await server.close();
    await Promise.all(played.map(({ platform }) => platform.fake.close()));
  }
}

/** Where an answer can be shown while it grows, every third does. */
const isLong = (mark: string): boolean => mark.startsWith('telegram') && Number(mark.split('-')[1]) % 3 === 0;

/** Each message's own number, however many a prompt is made of. */
const answerWithMarks =
  (random: () => number) =>
  ({ body }: FakeRequest): FakeAnswer => {
    const { messages }: { messages: { role: string; content: unknown }[] } = Object(body);
    const prompt = messages.findLast(
      ({ role, content }) => role === 'user' && marksIn(JSON.stringify(content)).length > 0,
    );
    const marks = marksIn(JSON.stringify(prompt?.content ?? ''));
    return {
      blocks: [
        { text: ['This is ', 'the answer ', 'to ', ...marks.map((mark) => `${mark} `), 'and ', 'no more.'] },
      ],
      delayMs: marks.some(isLong) ? LONG_MS : random() * 60,
    };
  };

async function sendAll(
  channel: DrillChannel,
  server: RealServer,
  {
    count,
    seed,
    paceMs,
    onProgress,
  }: Required<Pick<DrillOptions, 'count' | 'seed' | 'onProgress'>> & { readonly paceMs: number },
): Promise<void> {
  const { name, platform, accepted } = channel;
  const messages = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    text: `Please answer ${markOf(name, index + 1)} now`,
    chatId: platform.chats[index % platform.chats.length] ?? '',
  }));
  await Promise.all(
    platform.chats.map((chatId) =>
      sendMessages(
        messages.filter((message) => message.chatId === chatId),
        {
          platform,
          url: webhookUrl(server, channel),
          random: randomFrom(`${seed} ${name} ${chatId}`),
          paceMs,
          onAccepted: (some: readonly DrillMessage[], webhook) => {
            const acceptedAt = Date.now();
            accepted.push(
              ...some.map(({ number }) => ({ number, chatId, acceptedAt, webhook, kills: channel.kills })),
            );
            if (accepted.length % 50 === 0) onProgress(`${name}: ${accepted.length} of ${count} sent`);
          },
        },
      ),
    ),
  );
}

/** What Cloudflare does at the times that `wrangler.toml` names, and a local server only when it is told to. */
async function runSchedule(server: RealServer): Promise<void> {
  const response = await fetch(`${server.url}/cdn-cgi/local/scheduled`).catch(() => undefined);
  await response?.body?.cancel();
  if (response?.status === 404) throw new Error('the server has no schedule to be run');
}

async function keepSchedule(server: RealServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(SCHEDULE_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await runSchedule(server);
  }
}

/** What the platform tells of our messages, each told until it is heard. */
async function sendReports(channel: DrillChannel, server: RealServer, signal: AbortSignal): Promise<void> {
  const { fake, reports } = channel.platform;
  if (reports === undefined) return;
  const sending: Promise<void>[] = [];
  for (let told = 0; !signal.aborted; await sleep(50)) {
    for (const message of fake.messages.slice(told)) {
      sending.push(
        (async () => {
          for (const webhook of reports(message)) {
            if (!signal.aborted) await deliver(webhookUrl(server, channel), webhook);
          }
        })(),
      );
    }
    told = fake.messages.length;
  }
  await Promise.all(sending);
}

async function replayLate(server: RealServer, played: readonly DrillChannel[], random: () => number) {
  for (const channel of played) {
    const some = channel.accepted.filter(() => random() < REPLAYED_LATE);
    await Promise.all(some.map(({ webhook }) => post(webhookUrl(server, channel), webhook)));
  }
}

/** Resolves when no chat has anything to do, with those that still have when nothing has happened for long. */
async function untilQuiet(server: RealServer, played: readonly DrillChannel[]): Promise<string[]> {
  const shown = () => played.reduce((sum, { platform }) => sum + platform.fake.messages.length, 0);
  let before = shown();
  let since = performance.now();
  let calm = 0;
  for (;;) {
    await sleep(500);
    const busy = pendingAlarms(server.state).filter((alarm) =>
      played.some(({ name }) => alarm.startsWith(`${name}/`)),
    );
    calm = busy.length === 0 ? calm + 1 : 0;
    if (calm >= 4) return [];
    if (shown() !== before) since = performance.now();
    before = shown();
    if (performance.now() - since > STALL_MS) return busy;
  }
}
