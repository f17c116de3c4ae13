/**
 * Kills a real server again and again and looks what became of the turns: `npm run test:kill -- [--count N]
 * [--seed N]`. A failing run names its seed, with which it can be run again.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildPage } from './build-page.ts';
import { runKills, type KilledSession } from './kill-rounds.ts';
import { runUnattended } from './kill-unattended.ts';

const GOAL_MS = 3_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
console.log(`${count} kill points with seed ${seed}`);
await buildPage();

const report = await runKills({ count, seed, onRound: printRound });
const unattended = await runUnattended(seed);

const { sessions } = report;
const total = (of: (session: KilledSession) => number) =>
  sessions.reduce((sum, session) => sum + of(session), 0);
const times = sessions.flatMap(({ firstTokenMs }) => firstTokenMs ?? []).sort((left, right) => left - right);
const slowest = times.at(-1) ?? 0;
const problems = unattended.wrong;

console.log('\nWhere the kills found the sessions:');
for (const phase of new Set(sessions.map((session) => session.phase)))
  console.log(`  ${sessions.filter((session) => session.phase === phase).length}  ${phase}`);
console.log(`
${sessions.length} sessions killed, ${report.restarts} restarts
lost: ${total(({ lost }) => lost.length)}
doubled: ${total(({ doubled }) => doubled.length)}
otherwise wrong: ${total(({ wrong }) => wrong.length) + problems.length}
commands that ran again: ${total(({ repeats }) => repeats)}
letters of which nobody knows whether they were sent, and which were not sent again: ${total(({ unknownLetters }) => unknownLetters)}
model calls made again: ${report.repeatedCalls}
from the server's return to the first new token, ${times.length} resumed turns: median ${ms(times[Math.floor(times.length / 2)])}, slowest ${ms(slowest)} (goal ≤ ${GOAL_MS} ms)
turns that nobody came back to: ended ${unattended.endedMs.map(ms).join(', ')} after the server's return`);
for (const problem of problems) console.log(`WRONG  ${problem}`);
const isClean = sessions.every(isFaultless) && problems.length === 0;
process.exit(isClean && slowest <= GOAL_MS ? 0 : 1);

function printRound(round: readonly KilledSession[]): void {
  console.log(`${round.filter(isFaultless).length} of ${round.length} as they should be`);
  for (const { point, phase, firstTokenMs = 0 } of round)
    if (firstTokenMs > GOAL_MS)
      console.log(`SLOW   point ${point.index} (${point.kind}; was ${phase}): ${ms(firstTokenMs)}`);
  for (const session of round.filter((one) => !isFaultless(one))) {
    const { point, phase, sessionId, lost, doubled, wrong } = session;
    console.log(
      `WRONG  seed ${seed}, point ${point.index} (${point.kind}, ${ms(point.afterMs)}; was ${phase}), session ${sessionId}`,
    );
    for (const [what, lines] of Object.entries({ lost, doubled, wrong }))
      for (const line of lines) console.log(`       ${what}: ${line}`);
  }
}

function isFaultless({ lost, doubled, wrong }: KilledSession): boolean {
  return lost.length + doubled.length + wrong.length === 0;
}

function ms(value = 0): string {
  return `${Math.round(value)} ms`;
}
