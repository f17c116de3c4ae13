import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { catalog } from '#catalog/catalog.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../support/workers/accounts.ts';
import { deliver, fakePlatform, message } from '../support/workers/fake-platform.ts';
import type { TestSocket } from '../support/workers/socket.ts';
import { calls, hands, says, start } from '../support/workers/tasks.ts';
import { chatObject, inChat, newChat } from './channel/chat.ts';

declare module 'vitest' {
  interface ProvidedContext {
    mcpUrl: string;
  }
}

vi.setConfig({ testTimeout: 60_000 });
const fake = fakePlatform('imessage');

/** Timers that wait, by what set them. This file has a runtime of its own, so no other test's are among them. */
const timers = new Map<unknown, string>();

beforeEach(() => {
  const { setTimeout: set, clearTimeout: clear, setInterval: repeat, clearInterval: stop } = globalThis;
  vi.stubGlobal('setTimeout', (act: (...values: unknown[]) => void, ms: number, ...values: unknown[]) => {
    const timer: unknown = set(() => {
      timers.delete(timer);
      act(...values);
    }, ms);
    timers.set(timer, `after ${ms} ms: ${act.toString().slice(0, 80)}`);
    return timer;
  });
  vi.stubGlobal('setInterval', (act: () => void, ms: number) => {
    const timer: unknown = repeat(act, ms);
    timers.set(timer, `every ${ms} ms: ${act.toString().slice(0, 80)}`);
    return timer;
  });
  const forget = (clearIt: typeof clear) => (timer: Parameters<typeof clear>[0]) => {
    timers.delete(timer);
    clearIt(timer);
  };
  vi.stubGlobal('clearTimeout', forget(clear));
  vi.stubGlobal('clearInterval', forget(stop));
});
afterEach(() => {
  vi.unstubAllGlobals();
  Object.assign(catalog.agent(null), { mcpServers: [] });
});

interface Resting {
  readonly name: string;
  readonly alarm: () => Promise<number | null>;
}

const alarmOf = (_: unknown, { storage }: DurableObjectState) => storage.getAlarm();

const sessionAndUser = (username: string, sessionId: string, name: string): Resting[] => [
  {
    name: `the session after ${name}`,
    alarm: () => runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), alarmOf),
  },
  {
    name: `the user after ${name}`,
    alarm: () => runInDurableObject(env.USER_SPACE.getByName(username), alarmOf),
  },
];

/** Nothing is left that could wake one of the objects, or keep it awake, soon after the end. */
async function expectRest(objects: readonly Resting[]): Promise<void> {
  const awake = async ({ name, alarm }: Resting) => ((await alarm()) === null ? [] : [name]);
  await expect
    .poll(
      async () => ({
        timers: [...timers.values()],
        alarms: (await Promise.all(objects.map(awake))).flat(),
      }),
      { timeout: 10_000 },
    )
    .toEqual({ timers: [], alarms: [] });
}

const glob = calls('g1', 'Glob', { pattern: '*.md' });
const asks = calls('q1', 'AskUserQuestion', {
  questions: [{ question: 'Which colour?', options: [{ label: 'Red' }, { label: 'Blue' }] }],
});

const ways: readonly { readonly name: string; readonly go: (socket: TestSocket) => Promise<unknown> }[] = [
  { name: 'a plain turn', go: (socket) => socket.say(promptScript(glob, says('None.'))) },
  {
    name: 'a turn with a subagent',
    go: (socket) => socket.say(promptScript(hands({ id: 't1', steps: [glob, says('None.')] }), says('ok'))),
  },
  {
    name: 'a task in the background',
    go: (socket) =>
      socket.say(
        promptScript(
          hands({ id: 't1', steps: [glob, says('None.')], background: true }),
          calls('o1', 'TaskOutput', { task_id: 't1' }),
          says('ok'),
        ),
      ),
  },
  {
    name: 'a question that waits',
    go: async (socket) => {
      const asked = socket.next('ask_user_question');
      socket.send({ content: promptScript(asks, says('ok')) });
      await asked;
    },
  },
  {
    name: 'a question that was answered',
    go: async (socket) => {
      const asked = socket.next('ask_user_question');
      const done = socket.next('done');
      socket.send({ content: promptScript(asks, says('ok')) });
      await asked;
      socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
      await done;
    },
  },
  {
    name: 'a summary',
    go: async (socket) => {
      await socket.say('hello');
      const compacted = socket.next('compact_completed');
      socket.send({ type: 'compact_request' });
      await compacted;
    },
  },
  {
    name: 'a call of an MCP server',
    go: async (socket) => {
      const url = `${inject('mcpUrl')}/mcp?${crypto.randomUUID()}`;
      Object.assign(catalog.agent(null), { mcpServers: [toRemoteServer('fake', { url })] });
      const events = await socket.say(
        promptScript(calls('m1', 'mcp__fake__echo', { text: 'a' }), says('ok')),
      );
      expect(JSON.stringify(events)).toContain('echo: a');
    },
  },
  {
    name: 'a turn that was cancelled in a tool',
    go: async (socket) => {
      const called = socket.next('tool_use');
      const end = socket.next('cancelled');
      socket.send({ content: promptScript(calls('b1', 'Bash', { command: 'sleep 20' }), says('ok')) });
      await called;
      socket.send({ type: 'cancel_request' });
      await end;
    },
  },
];

test('sessions and users rest, whatever they did', async () => {
  await expectRest(
    (
      await Promise.all(
        ways.map(async ({ name, go }) => {
          const { socket, username, sessionId } = await start();
          await go(socket);
          return sessionAndUser(username, sessionId, name);
        }),
      )
    ).flat(),
  );
});

const chatWays: readonly {
  readonly name: string;
  readonly steps: readonly FakeAnswer[];
  readonly answer?: string;
}[] = [
  { name: 'a plain turn', steps: [glob, says('None.')] },
  { name: 'a turn with a subagent', steps: [hands({ id: 't1', steps: [glob, says('None.')] }), says('ok')] },
  { name: 'a question that waits', steps: [asks, says('ok')] },
  { name: 'a question that was answered', steps: [asks, says('ok')], answer: '1' },
];

async function chatGoes({ name, steps, answer }: (typeof chatWays)[number]): Promise<Resting[]> {
  const { username } = await newUser();
  const chat = await newChat('imessage', { username });
  await deliver('imessage', [message(chat, promptScript(...steps))]);
  const soon = { timeout: 8_000 };
  await expect.poll(() => fake.texts(chat).length, soon).toBeGreaterThan(0);
  if (answer !== undefined) {
    const isAsked = () => fake.sent.some(({ chatId, choices }) => chatId === chat && choices !== undefined);
    await expect.poll(isAsked, soon).toBe(true);
    await deliver('imessage', [message(chat, answer)]);
    await expect.poll(() => fake.texts(chat), soon).toContain('ok');
  }
  const sessionId = await inChat('imessage', chat, ({ sql }) =>
    z.string().parse(sql.exec('SELECT session_id AS id FROM conversation').one()['id']),
  );
  return [
    {
      name: `the chat after ${name}`,
      alarm: () => runInDurableObject(chatObject('imessage', chat), alarmOf),
    },
    ...sessionAndUser(username, sessionId, `${name} in a chat`),
  ];
}

test('chats rest, and what they woke rests too', async () => {
  await expectRest((await Promise.all(chatWays.map(chatGoes))).flat());
});
