import type { PlatformName } from '#protocol/platform.ts';
import type { RealServer } from '#test/support/real-server.ts';
import { faultsFrom } from './drill-faults.ts';
import { drillPlatforms, type DrillPlatform, type DrillWebhook } from './drill-platforms.ts';
import { tally, type Accepted, type Tally } from './drill-tally.ts';
import { randomFrom } from './random-from.ts';

/** A platform in a drill, and what was sent through it. */
export interface DrillChannel {
  readonly name: PlatformName;
  readonly platform: DrillPlatform;
  readonly accepted: Sent[];
  /** Of the server, so far. */
  kills: number;
}

export interface Sent extends Accepted {
  readonly webhook: DrillWebhook;
  /** Which came before it. */
  readonly kills: number;
}

export async function startChannel(
  name: PlatformName,
  { chats, seed, quick }: { readonly chats: number; readonly seed: number; readonly quick: boolean },
): Promise<DrillChannel> {
  const start = drillPlatforms[name];
  if (start === undefined) throw new Error(`there is no drill for ${name}`);
  const platform = await start(chats);
  platform.fake.faultWith(faultsFrom(randomFrom(`${seed} ${name} faults`), platform, quick));
  return { name, platform, accepted: [], kills: 0 };
}

export const webhookUrl = (server: RealServer, { name }: DrillChannel): string =>
  `${server.url}/api/v1/webhooks/${name}`;

export function tallyChannel({ name, platform, accepted }: DrillChannel): Tally {
  const shown = platform.fake.messages.map(({ chatId, text, call }) => ({ chatId, text, at: call.at }));
  const found = tally(name, { accepted, shown });
  // What was missed is found out late, after what came since
  return platform.deliversOnce === true ? { ...found, disordered: [] } : found;
}
