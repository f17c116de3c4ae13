import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '#http/app.ts';
import { send, sendBare } from '../../support/workers/accounts.ts';

const Document = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const read = async () => Document.parse(await (await send('GET', '/openapi.json')).json());

test('the description is behind the key', async () => {
  expect((await sendBare('GET', '/openapi.json')).status).toBe(401);
  expect(await read()).toMatchObject({ openapi: '3.1.0', info: { title: 'Edgewise' } });
});

test('it names every route of the API', async () => {
  // The socket is no HTTP route, `/` and the description itself are not part of the API
  const undocumented = new Set(['GET /', 'GET /openapi.json', 'GET /api/v1/ws/chat']);
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
