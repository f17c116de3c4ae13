import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { createPlatform } from '#channel/create-platform.ts';
import type { Platform } from '#channel/platform.ts';
import type { AppEnv } from '#http/app-env.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { peopleDeps } from '#http/people-deps.ts';
import { readBody } from '#http/read-body.ts';
import { routeSecurity } from '#http/route-security.ts';
import { takeEvents } from '#channel/take-events.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { isSameSecret } from '#lib/hash.ts';
import { PlatformName } from '#protocol/platform.ts';

/** Larger than any platform's largest batch. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const params = z.object({ platform: z.string() });
const Refusal = z.object({ error: z.string() });

const handshake = {
  method: 'get',
  path: '/webhooks/{platform}',
  summary: 'Whether a messenger is set up; for WhatsApp the handshake',
  security: routeSecurity.nobody,
  request: { params },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('ok') }), 'It is; for WhatsApp the challenge as text'),
    403: jsonAnswer(Refusal, 'The verify token is wrong'),
    404: jsonAnswer(Refusal, 'It is not'),
  },
} as const;

/** Described apart from its handler, which needs the bytes as they came. */
const delivery = {
  method: 'post',
  path: '/webhooks/{platform}',
  summary: 'What a messenger brings, signed in the platform’s own way',
  security: routeSecurity.nobody,
  request: { params },
  responses: {
    200: jsonAnswer(
      z.object({ status: z.enum(['ok', 'blocked', 'duplicate', 'ignored']) }),
      'Stored, or not for us',
    ),
    400: jsonAnswer(Refusal, 'No JSON'),
    403: jsonAnswer(Refusal, 'The signature is wrong'),
    404: jsonAnswer(Refusal, 'The platform is not set up'),
    413: jsonAnswer(Refusal, 'More than 4 MiB'),
  },
} as const;

/** The platforms' door. What it lets in is stored in the chat's object before the platform gets its answer. */
export function webhookRoutes() {
  const routes = newRouter();

  routes.openAPIRegistry.registerPath(handshake);
  routes.openAPIRegistry.registerPath(delivery);

  routes.get('/webhooks/:platform', async (c) => {
    const platform = platformOf(c);
    if (platform === null) return notConfigured(c);
    if (platform.name !== 'whatsapp') return c.json({ status: 'ok' });
    const challenge = c.req.query('hub.challenge') ?? '';
    const isMeant = c.req.query('hub.mode') === 'subscribe' && challenge !== '';
    const expected = c.var.settings.WHATSAPP_VERIFY_TOKEN;
    const given = c.req.query('hub.verify_token') ?? '';
    return isMeant && expected !== undefined && (await isSameSecret(given, expected))
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
    const product = platform.ofRequest?.(request) ?? platform;
    if (!(await product.verify(request))) return c.json({ error: 'Invalid signature' }, 403);
    const payload = parseJson(body);
    if (payload === undefined) return c.json({ error: 'Invalid JSON' }, 400);
    const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
    const events = isObject ? product.parse(payload) : [];
    const taken = await takeEvents(product, events, { chats: c.env.CHANNEL_CHAT, people: peopleDeps(c) });
    for (const event of events) {
      if (event.kind !== 'message' || event.choice === null) continue;
      c.executionCtx.waitUntil(product.acknowledgeChoice?.(event.key) ?? Promise.resolve());
    }
    return c.json({ status: taken });
  });

  return routes;
}

const platformOf = (c: Context<AppEnv>): Platform | null => {
  const name = PlatformName.safeParse(c.req.param('platform')?.toLowerCase());
  return name.success
    ? createPlatform(name.data, c.var.settings, livePlatformDeps(c.env, c.var.settings))
    : null;
};

const notConfigured = (c: Context<AppEnv>) =>
  c.json({ error: `Platform '${c.req.param('platform')}' not configured` }, 404);

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}
