import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { copyProject } from '#test/support/project-copy.ts';
import { settingsProblems } from '../../../scripts/check-settings.ts';

test.each([
  { name: 'nothing', vars: {} },
  { name: 'the example', vars: parseEnv(readFileSync('.dev.vars.example', 'utf8')) },
  { name: 'what is no setting', vars: { HOME: '/root', MODEL: 'x' } },
  { name: 'every provider’s name', vars: { MODEL_PROVIDER: 'zai', MAX_STEPS: '1' } },
  { name: 'how much a messenger shows', vars: { ZALO_VERBOSITY: 'full', TELEGRAM_VERBOSITY: ' silent ' } },
])('$name is right', ({ vars }) => {
  expect(settingsProblems(vars)).toEqual([]);
});

test('each wrong one is named, with what is allowed, and without its value', () => {
  expect(
    settingsProblems({
      MODEL_PROVIDER: 'anthropic',
      MAX_STEPS: 'many',
      STORAGE_MAX_SESSIONS: '0',
      WHATSAPP_VERBOSITY: 'loud',
    }),
  ).toEqual([
    'STORAGE_MAX_SESSIONS must be at least 1',
    'MAX_STEPS must be a number',
    'MODEL_PROVIDER must be one of claude, proxy, zai, minimax',
    'WHATSAPP_VERBOSITY must be one of silent, status, full',
  ]);
});

describe('with a wrong setting', () => {
  const { PATH } = process.env;
  const folder = copyProject(['.dev.vars.example']);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    { script: 'start.ts', start: 'Edgewise does not start' },
    { script: 'deploy.ts', start: 'Nothing was deployed' },
  ])('$script says so and ends', ({ script, start }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}`], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH, MODEL_PROVIDER: 'anthropic', MAX_STEPS: '0' },
      timeout: 20_000,
    });
    expect([status, stdout]).toEqual([1, '']);
    const [first, ...lines] = stderr.trim().split('\n');
    expect(first).toContain(start);
    expect(lines).toEqual([
      'MAX_STEPS must be at least 1',
      'MODEL_PROVIDER must be one of claude, proxy, zai, minimax',
    ]);
  });
});
