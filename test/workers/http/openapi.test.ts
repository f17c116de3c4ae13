import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '#http/app.ts';
import { ServerEvent } from '#protocol/server-event.ts';
import { send, sendBare } from '../../support/workers/accounts.ts';

const Security = z.array(z.record(z.string(), z.tuple([])));
const Route = z.looseObject({ summary: z.string().min(1), security: Security.optional() });
const Document = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string() }),
  security: Security,
  paths: z.record(z.string(), z.record(z.string(), Route)),
});

const read = async () => Document.parse(await (await send('GET', '/openapi.json')).json());

test('the description is behind the key', async () => {
  expect((await sendBare('GET', '/openapi.json')).status).toBe(401);
  expect(await read()).toMatchObject({ openapi: '3.1.0', info: { title: 'Edgewise' } });
});

test('it names every route of the API', async () => {
  // `/`, the description itself and what Zalo's domain verification looks for are not part of the API
  const undocumented = new Set(['GET /', 'GET /openapi.json', 'GET /{file}']);
  const routes = createApp()
    .routes.filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:([^/{]+)(\{[^}]*\})?/g, '{$1}')}`);
  const { paths } = await read();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(new Set(described)).toEqual(new Set(routes.filter((route) => !undocumented.has(route))));
});

test('it describes bodies by the schemas that check them', async () => {
  const { paths } = await read();
  expect(paths['/api/v1/auth/login']?.['post']).toMatchObject({
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { username: { type: 'string' }, password: { type: 'string' } },
            required: ['username', 'password'],
          },
        },
      },
    },
  });
});

test('it says who may call a route, and the door agrees', async () => {
  const { paths, security: standard } = await read();
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      path,
      method,
      security: security ?? standard,
    })),
  );
  const taking = (...ways: string[]) =>
    routes
      .filter(({ security }) => security.map((way) => Object.keys(way).join('+')).join() === ways.join())
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .toSorted();
  expect(taking()).toEqual([
    'GET /api/v1/files/dl/{token}',
    'GET /api/v1/mcp/oauth/callback',
    'GET /api/v1/mcp/oauth/client-metadata',
    'GET /api/v1/mcp/oauth/start/{state}',
    'GET /api/v1/platforms/zalo/oauth/callback',
    'GET /api/v1/webhooks/{platform}',
    'GET /health',
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/page/login',
    'POST /api/v1/auth/ws-token',
    'POST /api/v1/auth/ws-token-refresh',
    'POST /api/v1/webhooks/{platform}',
  ]);
  expect(taking('ApiKey', 'PageCookie')).toEqual([
    'GET /api/v1/config/agents',
    'GET /api/v1/config/commands',
    'GET /api/v1/config/page',
    'GET /api/v1/config/plugins',
    'GET /api/v1/config/skills',
    'GET /api/v1/config/subagents',
  ]);
  expect(taking('PageCookie')).toEqual([
    'GET /api/v1/auth/page/me',
    'POST /api/v1/auth/page/logout',
    'POST /api/v1/auth/page/refresh',
  ]);
  expect(taking('SocketToken', 'PageCookie')).toEqual(['GET /api/v1/ws/chat']);

  const needKey = routes.filter(({ security }) => security.some((way) => 'ApiKey' in way));
  expect(needKey.length).toBeGreaterThan(20);
  for (const { method, path } of needKey) {
    const response = await sendBare(method.toUpperCase(), path.replaceAll(/[{}]/g, ''));
    expect([path, response.status]).toEqual([path, 401]);
  }
});

test('it describes the socket by its handshake and the frames that come over it', async () => {
  const { paths } = await read();
  const socket = z
    .object({
      description: z.string(),
      parameters: z.array(z.object({ name: z.string(), in: z.literal('query'), description: z.string() })),
      responses: z.object({ 101: z.unknown(), 426: z.unknown() }),
    })
    .parse(paths['/api/v1/ws/chat']?.['get']);
  expect(socket.parameters.map(({ name }) => name)).toEqual(['agent_id', 'session_id', 'last_event']);
  expect(socket.description).toContain('`{"type": "cancel_request"}`');
  const frames = JSON.stringify(socket.responses[101]);
  for (const { shape } of ServerEvent.options) expect(frames).toContain(`["${shape.type.value}"]`);
});
