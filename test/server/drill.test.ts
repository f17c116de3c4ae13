import { expect, test } from 'vitest';
import { PlatformName } from '#protocol/platform.ts';
import { buildPage } from '../../scripts/build-page.ts';
import { drillPlatforms } from '../../scripts/drill-platforms.ts';
import { runDrill } from '../../scripts/drill-run.ts';
import { isClean } from '../../scripts/drill-tally.ts';

const COUNT = 5;

// `npm run drill` does this with 250 messages to each channel, many kills and another seed each time
test('messages through every channel, while the server is killed and the platforms misbehave: each is answered, none twice', async () => {
  await buildPage();
  const channels = PlatformName.options.filter((name) => drillPlatforms[name] !== undefined);
  const { tallies, restarts, restless } = await runDrill({
    count: COUNT,
    seed: 1,
    channels,
    kills: 1,
    quick: true,
  });
  expect(tallies.filter((one) => !isClean(one))).toEqual([]);
  expect(tallies.map(({ platform, answered }) => [platform, answered])).toEqual(
    channels.map((name) => [name, COUNT]),
  );
  expect([restarts, restless]).toEqual([1, []]);
}, 180_000);
