import { setTimeout as sleep } from 'node:timers/promises';
import type { RealServer } from '#test/support/real-server.ts';
import type { DrillChannel } from './drill-channel.ts';
import type { DrillOptions } from './drill-run.ts';
import { markOf, marksIn } from './drill-tally.ts';
import { randomFrom } from './random-from.ts';

/** So long the server is down, at most, and so long after the message that it was to die at. */
const DOWN_MS = 1_500;
const KILL_DELAY_MS = 1_500;

/** Most kills leave the server this time; some come sooner. */
const UP_MS = 8_000;
const SOON_AGAIN = 0.2;

/** What is interrupted more often is given up, and the user told so: it is taken for the cause. */
const MOST_KILLS = 3;

/** After this an answer is not waited for any more: it is lost, which is no reason to wait for ever. */
const LOST_MS = 300_000;

/** Kills when so many messages have been sent, and a little later; some kills follow another soon. */
export async function killAtRandom(
  server: RealServer,
  played: readonly DrillChannel[],
  {
    count,
    seed,
    kills,
    onProgress = () => {},
  }: Pick<DrillOptions, 'count' | 'seed' | 'kills' | 'onProgress'>,
): Promise<number> {
  const random = randomFrom(`${seed} kills`);
  const all = count * played.length;
  const moments = Array.from({ length: kills }, () => (0.05 + 0.95 * random()) * all).toSorted(
    (left, right) => left - right,
  );
  for (const [index, moment] of moments.entries()) {
    while (played.reduce((sum, { accepted }) => sum + accepted.length, 0) < Math.floor(moment))
      await sleep(20);
    await sleep(random() * KILL_DELAY_MS);
    while (played.some(hasSuffered)) await sleep(100);
    for (const channel of played) channel.kills += 1;
    await server.kill();
    await sleep(random() * DOWN_MS);
    await server.restart();
    if (random() > SOON_AGAIN) await sleep((0.3 + 0.7 * random()) * UP_MS);
    onProgress(`killed and started again (${index + 1} of ${kills})`);
  }
  return kills;
}

/** Whether a message that is not answered yet has lived through as many kills as it may. */
function hasSuffered({ name, platform, accepted, kills }: DrillChannel): boolean {
  const old = accepted.filter((message) => kills - message.kills >= MOST_KILLS);
  const answered = new Set(platform.fake.messages.flatMap(({ text }) => marksIn(text)));
  return old.some(
    ({ number, acceptedAt }) => !answered.has(markOf(name, number)) && Date.now() - acceptedAt < LOST_MS,
  );
}
