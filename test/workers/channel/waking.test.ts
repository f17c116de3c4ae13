import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { platformFactories } from '#channel/create-platform.ts';
import { followTurn } from '#channel/follow-turn.ts';
import { openChannel } from '#channel/open-channel.ts';
import { wake } from '#channel/wake.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

test('a chat whose platform is not set up for a while keeps its alarm, and refuses to be woken', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  await deliver('imessage', [message(chat, 'a')]);
  const attempts = () =>
    inChat('imessage', chat, ({ sql }) => sql.exec('SELECT attempts FROM outbox').toArray());
  await expect.poll(attempts, { timeout: 8000 }).toEqual([{ attempts: 1 }]);
  const factory = platformFactories.imessage;
  platformFactories.imessage = () => null;
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  const alarm = await inChat('imessage', chat, (storage) => storage.getAlarm());
  expect(alarm).toBeGreaterThan(Date.now() + 50_000);
  await runInDurableObject(chatObject('imessage', chat), (object) =>
    expect(() => object.wake('any')).toThrow('not set up'),
  );

  Object.assign(platformFactories, { imessage: factory });
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a']);
});

test('what comes for a chat whose platform is not set up is not taken, so that it is brought again', async () => {
  const factory = platformFactories.imessage;
  platformFactories.imessage = () => null;
  await runInDurableObject(chatObject('imessage', crypto.randomUUID()), (object) =>
    expect(() => object.receive([{ event: message('1', 'a'), admitted: true }])).toThrow('not set up'),
  );
  Object.assign(platformFactories, { imessage: factory });
});

test('a turn that no session takes is given up, and who asked is told', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  const attempts = await runInDurableObject(chatObject('imessage', chat), async (_, context) => {
    const { sql } = context.storage;
    sql.exec(
      `INSERT INTO turn (id, message_id, sender_id, username, session_id, verbosity, is_group, last_message_id,
         phase, position)
       VALUES (1, 'm', 's', 'u', 'session', 'full', 0, 'x', 'preparing', 0)`,
    );
    sql.exec('INSERT INTO inbox (at, message, taken) VALUES (0, ?, 1)', JSON.stringify(message(chat, 'b')));
    const channel = openChannel(context, env);
    if (channel === null) throw new Error('not set up');
    const submitFromChat = async () => {
      throw new Error('the object is broken');
    };
    Object.assign(channel, { sessions: { getByName: () => ({ submitFromChat }) } });
    let count = 0;
    while (sql.exec('SELECT 1 FROM turn').toArray().length > 0 && count < 100) {
      count += 1;
      await followTurn(channel).catch(() => {});
    }
    return count;
  });
  expect(attempts).toBe(21);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', expect.stringContaining('encountered an error')]);
});

test('a turn that goes on while the chat asks whether it waits is followed on', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  const phase = await runInDurableObject(chatObject('imessage', chat), async (_, context) => {
    const { sql } = context.storage;
    sql.exec(
      `INSERT INTO turn (id, message_id, sender_id, username, session_id, verbosity, is_group, last_message_id,
         phase, position, started, attempts)
       VALUES (1, 'm', 's', 'u', 'session', 'full', 0, 'x', 'running', 0, 1, 5)`,
    );
    const channel = openChannel(context, env);
    if (channel === null) throw new Error('not set up');
    const session = {
      watchEvents: async () => new ReadableStream({ start: (controller) => controller.close() }),
      waitingCalls: async () => {
        wake(channel, 'session');
        sql.exec('UPDATE turn SET attempts = 5');
        return [{}];
      },
    };
    Object.assign(channel, { sessions: { getByName: () => session }, kick: () => {} });
    await followTurn(channel);
    const found = sql.exec('SELECT phase FROM turn').one()['phase'];
    sql.exec('DELETE FROM turn');
    return found;
  });
  expect(phase).toBe('running');
});
