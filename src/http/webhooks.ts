import type { Context } from 'hono';
import { channelName } from '#channel/channel.ts';
import { readCommand } from '#channel/command.ts';
import { createPlatform } from '#channel/create-platform.ts';
import { renameUser } from '#channel/identity.ts';
import type { InboundEvent, Platform } from '#channel/platform.ts';
import type { Delivery, Receipt } from '#channel/receive.ts';
import { isAdmitted } from '#channel/whitelist.ts';
import type { AppEnv } from '#http/app-env.ts';
import { newRouter } from '#http/new-router.ts';
import { peopleDeps } from '#http/people-deps.ts';
import { platformDeps } from '#http/platform-deps.ts';
import { readBody } from '#http/read-body.ts';
import { sameSecret } from '#accounts/keys.ts';
import { PlatformName } from '#protocol/platform.ts';

/** Larger than any platform's largest batch. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The platforms' door. What it lets in is stored in the chat's object before the platform gets its answer. */
export function webhookRoutes() {
  const routes = newRouter();

  routes.get('/webhooks/:platform', async (c) => {
    const platform = platformOf(c);
    if (platform === null) return notConfigured(c);
    if (platform.name !== 'whatsapp') return c.json({ status: 'ok' });
    const challenge = c.req.query('hub.challenge') ?? '';
    const isMeant = c.req.query('hub.mode') === 'subscribe' && challenge !== '';
    const expected = c.var.settings.WHATSAPP_VERIFY_TOKEN;
    const given = c.req.query('hub.verify_token') ?? '';
    return isMeant && expected !== undefined && (await sameSecret(given, expected))
      ? c.text(challenge)
      : c.json({ error: 'Verification failed' }, 403);
  });

  routes.post('/webhooks/:platform', async (c) => {
    const platform = platformOf(c);
    if (platform === null) return notConfigured(c);
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (body === null) return c.json({ error: 'Body too large' }, 413);
    // The console of Zalo tries the address with an empty request
    if (platform.name === 'zalo' && body.length === 0) return c.json({ status: 'ignored' });
    const request = {
      body,
      headers: Object.fromEntries(c.req.raw.headers),
      query: new URL(c.req.url).searchParams,
    };
    if (!(await platform.verify(request))) return c.json({ error: 'Invalid signature' }, 403);
    const payload = parseJson(body);
    if (payload === undefined) return c.json({ error: 'Invalid JSON' }, 400);
    const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
    const events = isObject ? platform.parse(payload) : [];
    return c.json({ status: await take(c, platform, events) });
  });

  return routes;
}

const platformOf = (c: Context<AppEnv>): Platform | null => {
  const name = PlatformName.safeParse(c.req.param('platform')?.toLowerCase());
  return name.success ? createPlatform(name.data, c.var.settings, platformDeps) : null;
};

const notConfigured = (c: Context<AppEnv>) =>
  c.json({ error: `Platform '${c.req.param('platform')}' not configured` }, 404);

/** Stores each event in the object of its chat. For several, the answer names the best that became of one. */
async function take(c: Context<AppEnv>, platform: Platform, events: readonly InboundEvent[]) {
  const people = peopleDeps(c);
  const chats = new Map<string, Delivery[]>();
  const buttons: string[] = [];
  for (const event of events) {
    if (event.kind === 'renamed') {
      if (event.what === 'user') await renameUser(platform.name, event, people);
      continue;
    }
    if (event.kind === 'message' && event.choice !== null) buttons.push(event.key);
    if (event.kind === 'message' && event.isGroup && !event.isAddressed) continue;
    const ids = senderIds(event);
    // A stranger may link an account, and has then the right of it
    const isLinking = event.kind === 'message' && !event.isGroup && readCommand(event.text)?.kind === 'link';
    const admitted =
      ids === null || isLinking || (await isAdmitted({ platform: platform.name, ids }, people));
    const name = channelName(platform.name, event.address);
    chats.set(name, [...(chats.get(name) ?? []), { event, admitted }]);
  }
  const receipts = await Promise.all(
    [...chats].map(([name, deliveries]) => c.env.CHANNEL_CHAT.getByName(name).receive(deliveries)),
  );
  for (const key of buttons) c.executionCtx.waitUntil(platform.acknowledgeChoice?.(key) ?? Promise.resolve());
  const all = receipts.flat();
  return ranking.find((receipt) => all.includes(receipt)) ?? 'ignored';
}

const ranking: readonly Receipt[] = ['ok', 'blocked', 'duplicate'];

/** Null: nobody sent it. */
function senderIds(event: Delivery['event']): readonly string[] | null {
  switch (event.kind) {
    case 'message':
      return [event.sender.id, ...event.sender.otherIds];
    case 'stop':
      return [event.senderId];
    case 'delivery':
      return null;
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}
