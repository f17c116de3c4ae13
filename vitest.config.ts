import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import type { InlineConfig } from 'vitest/node';

const noSettings = Object.fromEntries(
  Object.keys(parseEnv(readFileSync('.dev.vars.example', 'utf8'))).map((name) => [name, '']),
);

/** Tests that count what is in the database, or change what the runtime holds for all. */
const ownRuntime = [
  'test/workers/at-rest.test.ts',
  'test/workers/accounts/login.test.ts',
  'test/workers/channel/{platforms,webhooks,zalo-token}.test.ts',
];

/** A project whose tests run in workerd, with D1, R2 and the Durable Objects. */
const inWorkerd = (name: string, files: Pick<InlineConfig, 'include' | 'exclude' | 'isolate'>) => ({
  plugins: [
    cloudflareTest(async ({ inject }) => ({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          // What a developer has in .dev.vars must not reach the tests
          ...noSettings,
          API_KEY: 'test-api-key',
          CLI_ADMIN_PASSWORD: 'admin-password',
          CLI_TESTER_PASSWORD: 'tester-password',
          PROXY_BASE_URL: inject('modelUrl'),
          PROXY_WEB_SEARCH: 'true',
          PROXY_WEB_FETCH: 'true',
          STT_API_URL: inject('sttUrl'),
          TEST_MIGRATIONS: await readD1Migrations('./migrations'),
        },
      },
    })),
  ],
  test: {
    ...files,
    name,
    globalSetup: ['test/support/workers/global-setup.ts'],
    setupFiles: ['test/support/workers/apply-migrations.ts'],
    // A busy machine may take long; what has to be quick says so itself
    testTimeout: 20_000,
  },
});

export default defineConfig({
  test: {
    // Many tests wait for what takes its time; by itself vitest would leave even one core free
    maxWorkers: '150%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      // One runtime for all of them takes half the time of one each
      inWorkerd('workers', { include: ['test/workers/**/*.test.ts'], exclude: ownRuntime, isolate: false }),
      inWorkerd('workers-apart', { include: ownRuntime }),
      // Whole servers and browsers, each of them work for a core: one after the other
      ...['server', 'browser'].map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          environment: 'node' as const,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      })),
    ],
  },
});
