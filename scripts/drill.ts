/**
 * Sends numbered messages through every channel while the server is killed and the platforms misbehave, and looks
 * which were answered: `npm run drill`. A failing run names its seed, with which the same goes wrong again.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PlatformName } from '#protocol/platform.ts';
import { buildPage } from './build-page.ts';
import { drillPlatforms } from './drill-platforms.ts';
import { runDrill } from './drill-run.ts';
import { isClean, type Tally } from './drill-tally.ts';

const HELP = `npm run drill -- [options]

  --count N       messages per channel (250)
  --channels A,B  of ${Object.keys(drillPlatforms).join(', ')} (all)
  --kills N       how often the server is killed and started again (one for 50 messages)
  --seed N        the same seed makes the same go wrong (chance)
  --verbose       shows what the server logs`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '250' },
    channels: { type: 'string', default: Object.keys(drillPlatforms).join(',') },
    kills: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const count = wholeNumber('count', values.count);
const seed = wholeNumber('seed', values.seed);
const channels = values.channels.split(',').map((name) => {
  const known = PlatformName.safeParse(name);
  if (known.success && drillPlatforms[known.data] !== undefined) return known.data;
  return leave(`--channels does not know "${name}"`);
});
const kills = wholeNumber('kills', values.kills ?? String(Math.ceil((count * channels.length) / 50)));

console.log(`${count} messages to each of ${channels.join(', ')}; ${kills} kills; seed ${seed}`);
await buildPage();
const startedAt = performance.now();
const { tallies, restarts, restless } = await runDrill({
  count,
  seed,
  channels,
  kills,
  onProgress: (line) => console.log(`${duration().padStart(6)}  ${line}`),
  onOutput: (text) => values.verbose && process.stdout.write(text),
});

console.log('');
const columns = ['sent', 'answered', 'lost', 'duplicated', 'labelled', 'median', 'slowest'] as const;
printRow(['', ...columns]);
for (const one of tallies) printRow([one.platform, ...columns.map((column) => cell(one, column))]);
console.log(`
${restarts} restarts, ${duration()}, seed ${seed}
lost: never answered. duplicated: answered more than once without saying so.
labelled: answered with “may be a repeat”, because nobody could know whether it had arrived.`);
for (const { platform, lost, duplicated, strayed, disordered } of tallies) {
  for (const [what, numbers] of Object.entries({ lost, duplicated, strayed, disordered })) {
    if (numbers.length > 0) console.log(`WRONG  ${platform}, ${what}: ${numbers.join(', ')}`);
  }
}
for (const chat of restless) console.log(`WRONG  ${chat} does not come to rest`);
process.exit(tallies.every(isClean) && restless.length === 0 ? 0 : 1);

function cell({ answerMs, ...counts }: Tally, column: (typeof columns)[number]): string {
  if (column === 'median') return seconds(answerMs[Math.floor(answerMs.length / 2)]);
  if (column === 'slowest') return seconds(answerMs.at(-1));
  const value = counts[column];
  return String(typeof value === 'number' ? value : value.length);
}

function printRow(cells: readonly string[]): void {
  console.log(cells.map((text, index) => (index === 0 ? text.padEnd(10) : text.padStart(11))).join(''));
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function duration(): string {
  return `${Math.round((performance.now() - startedAt) / 1000)} s`;
}

function wholeNumber(name: string, value: string): number {
  return /^\d+$/.test(value) && Number(value) >= 0 ? Number(value) : leave(`--${name} takes a whole number`);
}

function leave(problem: string): never {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
}
