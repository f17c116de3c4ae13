import { setTimeout as pause } from 'node:timers/promises';
import type { PlatformName } from '#protocol/platform.ts';
import { textAnswer, type FakeAnswer, type FakeMessagesApi } from '#test/support/fake-messages-api.ts';
import type { PlatformCall } from '#test/support/fake-platforms/fake-platform.ts';
import { median } from './bench-socket.ts';
import { drillPlatforms, type DrillPlatform, type DrillWebhook } from './drill-platforms.ts';
import { post } from './drill-send.ts';

type Report = (what: string, figure: string, goal: { goal: string; met: boolean }) => void;

const PER_SECOND = 50;
const SECONDS = 10;
/** They begin one after the other: people do not all write their first word in the same moment. */
const JOINING_SECONDS = 4;
const CHATS = 10;
const ACKNOWLEDGED_MS = 20;
const DELIVERIES = 1_000;
const AT_ONCE = 20;
const ROUNDS = 15;
const SHOWN_MS = 50;

/** When nobody has said anything for so long, all is said. */
const CALM_MS = 4_000;

export type BenchPlatforms = Readonly<Record<'telegram' | 'whatsapp', DrillPlatform>>;

/** Before the server, which has to know where they are. */
export async function startBenchPlatforms(): Promise<BenchPlatforms> {
  const start = async (name: PlatformName) => {
    const platform = await drillPlatforms[name]?.(CHATS + ROUNDS + 1);
    if (platform === undefined) throw new Error(`there is no ${name} to measure with`);
    return platform;
  };
  return { telegram: await start('telegram'), whatsapp: await start('whatsapp') };
}

interface Bench {
  readonly platforms: BenchPlatforms;
  /** Of the server. */
  readonly url: string;
  readonly model: FakeMessagesApi;
  readonly report: Report;
}

/** What messengers mind: how soon a webhook is answered, that it counts once, how soon people see something. */
export async function measureChannels(bench: Bench): Promise<void> {
  await measureAcknowledgement(bench, 'at once', textAnswer('Fine.'));
  await measureAcknowledgement(bench, 'after 2 s', { blocks: [{ text: ['Fine.'] }], delayMs: 500 });
  await measureDeliveries(bench);
  await measureFirstText(bench, 'telegram');
  await measureFirstText(bench, 'whatsapp');
}

let written = 0;

/** A new message in a chat, as the platform delivers it. */
function write({ platforms }: Bench, name: keyof BenchPlatforms, chat: number, text = 'hello'): DrillWebhook {
  written += 1;
  const platform = platforms[name];
  const chatId = platform.chats[chat % platform.chats.length] ?? '';
  return platform.webhook([{ number: written, text, chatId, at: Date.now() }]);
}

const webhookUrl = ({ url }: Bench, name: keyof BenchPlatforms) => `${url}/api/v1/webhooks/${name}`;

async function measureAcknowledgement(bench: Bench, when: string, answer: FakeAnswer): Promise<void> {
  bench.model.respondWith(() => answer);
  const times: number[] = [];
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < PER_SECOND * (JOINING_SECONDS + SECONDS); index++) {
    await pause(Math.max(0, startedAt + (index * 1000) / PER_SECOND - performance.now()));
    const joined = Math.min(1, (index + 1) / (PER_SECOND * JOINING_SECONDS));
    const webhook = write(bench, 'telegram', 1 + (index % Math.ceil(CHATS * joined)));
    under.push(
      (async () => {
        const sentAt = performance.now();
        const taken = await post(webhookUrl(bench, 'telegram'), webhook);
        if (joined === 1) times.push(taken ? performance.now() - sentAt : Infinity);
      })(),
    );
  }
  await Promise.all(under);
  const p95 = times.toSorted((left, right) => left - right)[Math.floor(times.length * 0.95)] ?? Infinity;
  bench.report(
    `a webhook's answer, ${PER_SECOND} per second into ${CHATS} chats, while the model answers ${when}`,
    `95 % within ${p95.toFixed(1)} ms (half within ${median(times).toFixed(1)} ms)`,
    { goal: `≤ ${ACKNOWLEDGED_MS} ms`, met: p95 <= ACKNOWLEDGED_MS },
  );
  await calm(bench);
}

async function measureDeliveries(bench: Bench): Promise<void> {
  const { model, platforms, report } = bench;
  model.respondWith(() => textAnswer('Once.'));
  const { fake } = platforms.whatsapp;
  const text = 'how often is this asked?';
  const webhook = write(bench, 'whatsapp', 0, text);
  const before = fake.messages.length;
  const deliver = async () => {
    for (let done = 0; done < DELIVERIES / AT_ONCE; done++)
      await post(webhookUrl(bench, 'whatsapp'), webhook);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, deliver));
  await calm(bench);
  const runs = model.requests.filter(({ raw }) => raw.includes(text)).length;
  const answers = fake.messages.length - before;
  report(`${DELIVERIES.toLocaleString('en')} deliveries of one message`, `${runs} run, ${answers} answer`, {
    goal: '1 run, 1 answer',
    met: runs === 1 && answers === 1,
  });
}

/** Telegram shows a text while it grows, WhatsApp when it is whole. */
async function measureFirstText(bench: Bench, name: keyof BenchPlatforms): Promise<void> {
  const grows = name === 'telegram';
  const { fake } = bench.platforms[name];
  const isText = ({ path, body }: PlatformCall) =>
    grows ? path.endsWith('/sendMessageDraft') : body['type'] === 'text';
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let saidAt = 0;
    const awaited = grows ? 'content_block_delta' : 'message_stop';
    const onEvent = (type: string) => void (saidAt ||= type === awaited ? Date.now() : 0);
    bench.model.respondWith(() => ({
      blocks: [{ text: ['One word ', 'after another ', 'comes.'] }],
      delayMs: 100,
      onEvent,
    }));
    const before = fake.calls.length;
    await post(webhookUrl(bench, name), write(bench, name, CHATS + 1 + round));
    const shown = await soon(() => fake.calls.slice(before).find(isText));
    times.push((shown?.at ?? Infinity) - saidAt);
    await pause(1_000);
  }
  const time = median(times);
  bench.report(
    grows
      ? 'first text in the messenger after the first token'
      : 'first text in the messenger after the end, where it cannot grow',
    `${time.toFixed(0)} ms`,
    { goal: `≤ ${SHOWN_MS} ms`, met: time <= SHOWN_MS },
  );
}

async function calm({ model, platforms }: Bench): Promise<void> {
  const said = () =>
    [model.requests, platforms.telegram.fake.calls, platforms.whatsapp.fake.calls].map(
      ({ length }) => length,
    );
  for (let before = ''; before !== said().join(); await pause(CALM_MS)) before = said().join();
}

async function soon<Found>(find: () => Found | undefined): Promise<Found | undefined> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const found = find();
    if (found !== undefined) return found;
    await pause(20);
  }
  return undefined;
}
