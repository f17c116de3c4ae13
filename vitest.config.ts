import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const noSettings = Object.fromEntries(
  Object.keys(parseEnv(readFileSync('.dev.vars.example', 'utf8'))).map((name) => [name, '']),
);

export default defineConfig({
  test: {
    // By itself vitest leaves one core free, which on a machine of two is half of it
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      {
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
                STT_API_URL: inject('sttUrl'),
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          globalSetup: ['test/support/workers/global-setup.ts'],
          setupFiles: ['test/support/workers/apply-migrations.ts'],
          // A busy machine may take long; what has to be quick says so itself
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
