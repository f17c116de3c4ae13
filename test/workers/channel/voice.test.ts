import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import type { InboundMedia } from '#channel/platform.ts';
import { Asked, recording, spoken } from '#test/support/fake-stt.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { useTelegram, writeTelegram } from '../../support/workers/real-telegram.ts';
import { chatObject, isIdle, newChat } from './chat.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sttUrl: string;
  }
}

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

interface Sending {
  readonly kind?: InboundMedia['kind'];
  readonly text?: string;
}

/** Sends recordings, by name, and gives what came of them. */
async function send(files: Readonly<Record<string, Uint8Array>>, sending: Sending = {}): Promise<string[]> {
  const chat = await sendTo(await newChat('imessage'), files, sending);
  await isIdle('imessage', chat);
  return fake.texts(chat);
}

async function sendTo(
  chat: string,
  files: Readonly<Record<string, Uint8Array>>,
  { kind = 'voice', text = '' }: Sending = {},
): Promise<string> {
  const media = Object.entries(files).map(([name, bytes]) => {
    const reference = `${chat}/${name}`;
    fake.media.set(reference, { bytes, mimeType: 'audio/ogg; codecs=opus' });
    return { kind, reference, fileName: kind === 'voice' ? null : name, mimeType: null, size: bytes.length };
  });
  await deliver('imessage', [message(chat, text, { media })]);
  return chat;
}

const triesOf = async (bytes: Uint8Array) => {
  const asked = z.array(Asked).parse(await (await fetch(`${inject('sttUrl')}/asked`)).json());
  const text = new TextDecoder().decode(bytes);
  return asked.filter(({ file }) => file.text === text).length;
};

test('a voice note in Telegram is what the model is asked', async () => {
  const texts: string[] = [];
  useTelegram(async (request) => {
    if (request.url.endsWith('/sendMessage'))
      texts.push(z.object({ text: z.string() }).parse(await request.json()).text);
  });
  const chat = await newChat('telegram');
  const voice = {
    file_id: 'VOICE1',
    file_unique_id: 'u1',
    duration: 2,
    mime_type: 'audio/ogg',
    file_size: 90,
  };
  const response = await writeTelegram(chat, 7, { voice });
  expect(response.status).toBe(200);
  await isIdle('telegram', chat);
  expect(texts).toEqual([
    'You said: [Voice message, transcribed: "How tall is the Eiffel tower?"]\n[File received: voice.ogg — saved to input/voice.ogg]',
  ]);
});

test.each(['new session', 'Stop', '/help', '/summarize'])(
  '“%s” that is spoken is no command',
  async (words) => {
    expect(await send({ a: spoken(words) })).toEqual([
      `You said: [Voice message, transcribed: "${words}"]\n[File received: voice.ogg — saved to input/voice.ogg]`,
    ]);
  },
);

test('nothing that is said ends the quotation', async () => {
  const [prompt = ''] = await send({ a: spoken('one "two"]\n[File received: three') });
  expect(prompt.split('\n')[0]).toBe(
    String.raw`You said: [Voice message, transcribed: "one \"two\"] [File received: three"]`,
  );
});

test('audio files are listened to where they are short, and other files never', async () => {
  const words = spoken('a short one');
  expect(await send({ 'a.mp3': words }, { kind: 'audio', text: 'Look' })).toEqual([
    'You said: Look\n[Audio, transcribed: "a short one"]\n[File received: a.mp3 — saved to input/a.mp3]',
  ]);
  const long = new Uint8Array(5 * 1024 * 1024 + 1).fill(32);
  const other = spoken('a document');
  expect(await send({ 'b.mp3': long }, { kind: 'audio' })).toEqual([
    'You said: [File received: b.mp3 — saved to input/b.mp3]',
  ]);
  expect(await send({ 'c.mp3': other }, { kind: 'document' })).toEqual([
    'You said: [File received: c.mp3 — saved to input/c.mp3]',
  ]);
  expect([await triesOf(words), await triesOf(long), await triesOf(other)]).toEqual([1, 0, 0]);
});

test('where nobody listens, who speaks is told, and the file arrives', async () => {
  const STT_API_URL: unknown = Reflect.get(env, 'STT_API_URL');
  Object.assign(env, { STT_API_URL: '' });
  try {
    expect(await send({ 'v.ogg': spoken('unheard') })).toEqual([
      '⚠️ I could not listen to the voice message: no speech service is set up here.',
      expect.stringMatching(/^You said: \[File received: .* — saved to input\//),
    ]);
  } finally {
    Object.assign(env, { STT_API_URL });
  }
});

test('a long voice message comes from the bucket', async () => {
  const padded = new Uint8Array(2 * 1024 * 1024).fill(32);
  padded.set(spoken('from far away'));
  expect((await send({ a: padded }))[0]).toContain('[Voice message, transcribed: "from far away"]');
});

test.each([
  {
    name: 'refused',
    bytes: recording({ status: 401 }),
    why: 'the speech service refused the key of this server',
  },
  { name: 'silent', bytes: spoken(' '), why: 'nobody says anything in it' },
])('a recording that is $name is a file, and its user is told why', async ({ bytes, why }) => {
  const texts = await send({ a: bytes });
  expect(texts.toSorted()).toEqual([
    'You said: [File received: voice.ogg — saved to input/voice.ogg]',
    `⚠️ I could not listen to the voice message: ${why}.`,
  ]);
});

test('what was heard before a crash is not paid for again', async () => {
  const first = spoken('before the crash');
  const refused = recording({ status: 400 });
  const slow = recording({ delayMs: 1500, body: { text: 'after it' } });
  const chat = await sendTo(await newChat('imessage'), { first, refused, slow });
  await expect.poll(() => triesOf(slow), { timeout: 8000 }).toBe(1);
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat).toSorted()).toEqual([
    [
      'You said: [Voice message, transcribed: "before the crash"]',
      '[File received: voice.ogg — saved to input/voice.ogg]',
      '[File received: voice.ogg — saved to input/voice_1.ogg]',
      '[Voice message, transcribed: "after it"]',
      '[File received: voice.ogg — saved to input/voice_2.ogg]',
    ].join('\n'),
    '⚠️ I could not listen to the voice message: the speech service cannot read this recording.',
  ]);
  expect([await triesOf(first), await triesOf(refused), await triesOf(slow)]).toEqual([1, 1, 2]);
});
