import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fakes = {
  telegram: fakePlatform('telegram'),
  whatsapp: fakePlatform('whatsapp', { coalesce: true }),
  zalo: fakePlatform('zalo', { coalesce: true }),
  imessage: fakePlatform('imessage'),
};
const none = {
  TELEGRAM_VERBOSITY: '',
  WHATSAPP_VERBOSITY: '',
  ZALO_VERBOSITY: '',
  IMESSAGE_VERBOSITY: '',
};
afterEach(() => void Object.assign(env, none));

const works = promptScript(
  {
    blocks: [
      { text: ['I look first.'] },
      { tool: 'Write', id: 'w1', input: { file_path: '/workspace/a.txt', content: 'x' } },
    ],
  },
  { blocks: [{ text: ['All is well.'] }] },
);
const each = [
  'I look first.',
  expect.stringContaining('Saving'),
  expect.stringContaining('✅'),
  'All is well.',
];
const silent = ['All is well.'];

test.each([
  { platform: 'telegram', variables: {}, said: each },
  { platform: 'telegram', variables: { TELEGRAM_VERBOSITY: 'silent' }, said: silent },
  { platform: 'telegram', variables: { ZALO_VERBOSITY: 'silent' }, said: each },
  { platform: 'imessage', variables: { IMESSAGE_VERBOSITY: 'silent' }, said: silent },
  { platform: 'whatsapp', variables: {}, said: ['I look first.\n\nAll is well.'] },
  { platform: 'whatsapp', variables: { WHATSAPP_VERBOSITY: 'silent' }, said: silent },
  { platform: 'zalo', variables: { ZALO_VERBOSITY: 'full' }, said: [expect.stringContaining('Saving')] },
] as const)('$platform with $variables', async ({ platform, variables, said }) => {
  Object.assign(env, variables);
  const chat = await newChat(platform);
  await deliver(platform, [message(chat, works)]);
  await isIdle(platform, chat);
  expect(fakes[platform].texts(chat)).toEqual(said);
});

test('what a person wants goes before what the deployer wants', async () => {
  Object.assign(env, { IMESSAGE_VERBOSITY: 'silent' });
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/status')]);
  await isIdle('imessage', chat);
  await deliver('imessage', [message(chat, '/verbosity full')]);
  await deliver('imessage', [message(chat, works)]);
  await isIdle('imessage', chat);
  const [status, , ...said] = fakes.imessage.texts(chat);
  expect(status).toContain('Verbosity: silent.');
  expect(said).toEqual(each);
});
