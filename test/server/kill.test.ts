import { expect, test } from 'vitest';
import { buildPage } from '../../scripts/build-page.ts';
import { POINTS_PER_ROUND } from '../../scripts/kill-plan.ts';
import { runKills } from '../../scripts/kill-rounds.ts';

// `npm run test:kill` does this with 200 points and another seed each time
test(
  'a server that is killed at any moment: each turn ends once, nothing is lost, nothing stands twice',
  { timeout: 240_000 },
  async () => {
    await buildPage();
    const { sessions } = await runKills({ count: POINTS_PER_ROUND, seed: 1 });
    expect(
      sessions.flatMap(({ point, lost, doubled, wrong }) =>
        [...lost, ...doubled, ...wrong].map((what) => `${point.kind}: ${what}`),
      ),
    ).toEqual([]);
    // The promise is 3 seconds, which `npm run test:kill` holds it to; here other tests may run beside it
    expect(sessions.filter(({ firstTokenMs = 0 }) => firstTokenMs > 10_000)).toEqual([]);
  },
);
