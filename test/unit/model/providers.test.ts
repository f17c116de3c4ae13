import { describe, expect, test } from 'vitest';
import { Settings } from '#protocol/settings.ts';
import { modelId } from '#model/aliases.ts';
import { createModel } from '#model/create-model.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { chooseProvider } from '#model/providers.ts';
import { startFakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { ask, collect, never } from './harness.ts';

const all = {
  PROXY_BASE_URL: 'http://localhost:11434',
  ANTHROPIC_API_KEY: 'sk-ant',
  ZAI_API_KEY: 'zai-key',
  MINIMAX_API_KEY: 'mm-key',
};
const proxy = {
  id: 'proxy',
  baseUrl: 'http://localhost:11434',
  keyVariable: 'PROXY_API_KEY',
  urlVariable: 'PROXY_BASE_URL',
};
const claude = {
  id: 'claude',
  key: 'sk-ant',
  baseUrl: 'https://api.anthropic.com',
  keyVariable: 'ANTHROPIC_API_KEY',
  urlVariable: 'ANTHROPIC_BASE_URL',
};
const zai = {
  id: 'zai',
  key: 'zai-key',
  baseUrl: 'https://api.z.ai/api/anthropic',
  keyVariable: 'ZAI_API_KEY',
  urlVariable: 'ZAI_BASE_URL',
};
const minimax = {
  id: 'minimax',
  key: 'mm-key',
  baseUrl: 'https://api.minimax.io/anthropic',
  keyVariable: 'MINIMAX_API_KEY',
  urlVariable: 'MINIMAX_BASE_URL',
};

describe('the provider', () => {
  test.each([
    { name: 'of all, the proxy', env: all, expected: proxy },
    { name: 'without a proxy, claude', env: { ...all, PROXY_BASE_URL: '' }, expected: claude },
    { name: 'then zai', env: { ZAI_API_KEY: 'zai-key', MINIMAX_API_KEY: 'mm-key' }, expected: zai },
    { name: 'then minimax', env: { MINIMAX_API_KEY: 'mm-key' }, expected: minimax },
    { name: 'chosen claude', env: { ...all, MODEL_PROVIDER: 'claude' }, expected: claude },
    { name: 'chosen zai', env: { ...all, MODEL_PROVIDER: 'zai' }, expected: zai },
    { name: 'chosen minimax', env: { ...all, MODEL_PROVIDER: 'minimax' }, expected: minimax },
    { name: 'a proxy with a key', env: { ...all, PROXY_API_KEY: 'k' }, expected: { ...proxy, key: 'k' } },
    {
      name: 'another address for claude',
      env: { ANTHROPIC_API_KEY: 'sk-ant', ANTHROPIC_BASE_URL: 'https://eu.example' },
      expected: { ...claude, baseUrl: 'https://eu.example' },
    },
    {
      name: 'another address for zai',
      env: { ZAI_API_KEY: 'zai-key', ZAI_BASE_URL: 'https://z.example' },
      expected: { ...zai, baseUrl: 'https://z.example' },
    },
    {
      name: 'another address for minimax',
      env: { MINIMAX_API_KEY: 'mm-key', MINIMAX_BASE_URL: 'https://m.example' },
      expected: { ...minimax, baseUrl: 'https://m.example' },
    },
  ])('$name', ({ env, expected }) => {
    expect(chooseProvider(Settings.parse(env))).toEqual({ ok: true, value: expected });
  });

  test.each([
    {
      name: 'nothing',
      env: {},
      says: 'API Error: No model is configured. Whoever runs this server sets one of ANTHROPIC_API_KEY, PROXY_BASE_URL',
    },
    {
      name: 'a key without an address for the proxy',
      env: { PROXY_API_KEY: 'k' },
      says: 'API Error: No model is configured.',
    },
    {
      name: 'an address without a scheme',
      env: { PROXY_BASE_URL: 'localhost:11434' },
      says: 'API Error: PROXY_BASE_URL is no address that begins with http:// or https://.',
    },
    {
      name: 'no address at all',
      env: { ZAI_API_KEY: 'k', ZAI_BASE_URL: 'soon' },
      says: 'API Error: ZAI_BASE_URL is no address',
    },
    {
      name: 'another one than the chosen',
      env: { ...all, ZAI_API_KEY: '', MODEL_PROVIDER: 'zai' },
      says: 'API Error: MODEL_PROVIDER is zai, but ZAI_API_KEY is not set.',
    },
  ])('configured is $name: a call fails with what to set', async ({ env, says }) => {
    const { parts } = await collect(
      createModel(Settings.parse(env), liveModelDeps).stream(ask('Hi'), never()),
    );
    expect(parts).toEqual([
      { type: 'failure', kind: 'authentication_failed', text: expect.stringContaining(says) },
    ]);
  });

  test('the demo model that has gone away: the words are for somebody who has set no address', async () => {
    const gone = await startFakeMessagesApi();
    await gone.close();
    const settings = Settings.parse({ PROXY_BASE_URL: gone.url, MODEL_PROVIDER: 'proxy', DEMO_MODEL: '1' });
    const model = createModel(settings, { ...liveModelDeps, sleep: async () => {} });
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      {
        type: 'failure',
        kind: 'server_error',
        text:
          'API Error: The demo model is gone, which answers as long as no real one is configured. End Edgewise with ' +
          'Ctrl-C and run `npm start` again; for real answers put ANTHROPIC_API_KEY or PROXY_BASE_URL into .dev.vars before.',
      },
    ]);
  });
});

describe('what goes over the wire', () => {
  test.each([
    {
      name: 'claude',
      env: (url: string) => ({ ANTHROPIC_API_KEY: 'k1', ANTHROPIC_BASE_URL: url }),
      authorization: 'Bearer k1',
      xApiKey: undefined,
      model: 'claude-sonnet-5-5',
      version: '2026-10-21',
    },
    {
      name: 'zai',
      env: (url: string) => ({ ZAI_API_KEY: 'k2', ZAI_BASE_URL: url }),
      authorization: 'Bearer k2',
      xApiKey: undefined,
      model: 'glm-5.3',
    },
    {
      name: 'minimax',
      env: (url: string) => ({ MINIMAX_API_KEY: 'k3', MINIMAX_BASE_URL: `${url}/anthropic` }),
      authorization: 'Bearer k3',
      xApiKey: undefined,
      model: 'MiniMax-M3',
      path: '/anthropic/v1/messages',
    },
    {
      name: 'a proxy with a key',
      env: (url: string) => ({ PROXY_BASE_URL: url, PROXY_API_KEY: 'k4' }),
      authorization: 'Bearer k4',
      xApiKey: 'k4',
      model: 'claude-sonnet-5-5',
    },
    {
      name: 'a proxy without a key',
      env: (url: string) => ({ PROXY_BASE_URL: `${url}/`, MODEL_SONNET: 'qwen3' }),
      authorization: 'Bearer none',
      xApiKey: undefined,
      model: 'qwen3',
    },
  ])(
    '$name',
    async ({ env, authorization, xApiKey, model, path = '/v1/messages', version = '2023-06-01' }) => {
      const api = await startFakeMessagesApi();
      const settings = Settings.parse(env(api.url));
      await collect(createModel(settings, liveModelDeps).stream(ask('Hi'), never()));
      const [request] = api.requests;
      expect({
        path: request?.path,
        authorization: request?.headers.authorization,
        xApiKey: request?.headers['x-api-key'],
        version: request?.headers['anthropic-version'],
        body: request?.body,
      }).toEqual({
        path,
        authorization,
        xApiKey,
        version,
        body: expect.objectContaining({ model }),
      });
      await api.close();
    },
  );
});

describe('a model name', () => {
  test.each([
    { provider: 'claude' as const, name: 'haiku', id: 'claude-haiku-5-5' },
    { provider: 'claude' as const, name: 'sonnet', id: 'claude-sonnet-5-5' },
    { provider: 'proxy' as const, name: 'opus', id: 'claude-opus-5-5' },
    { provider: 'zai' as const, name: 'haiku', id: 'glm-4.5-air' },
    { provider: 'minimax' as const, name: 'opus', id: 'MiniMax-M3' },
    { provider: 'minimax' as const, name: 'claude-opus-4-8', id: 'claude-opus-4-8' },
    { provider: 'claude' as const, name: 'constructor', id: 'constructor' },
  ])('$name at $provider is $id', ({ provider, name, id }) => {
    expect(modelId(Settings.parse({}), provider, name)).toBe(id);
  });

  test.each(['haiku', 'sonnet', 'opus'])('%s may be set to another id', (alias) => {
    const settings = Settings.parse({
      MODEL_HAIKU: 'my-haiku',
      MODEL_SONNET: 'my-sonnet',
      MODEL_OPUS: 'my-opus',
    });
    expect(modelId(settings, 'zai', alias)).toBe(`my-${alias}`);
  });
});
