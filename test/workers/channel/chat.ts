import { randomInt } from 'node:crypto';
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { readMappedUsers } from '#channel/people-deps.ts';
import { addWhitelistEntry } from '#channel/whitelist.ts';
import type { PlatformName } from '#protocol/platform.ts';
import { accountDeps } from '../../support/workers/accounts.ts';

export const people = () => ({ ...accountDeps(), mappedUsers: readMappedUsers(env) });

/** A chat whose one member may write. */
export async function newChat(
  platform: PlatformName,
  { username = '' }: { username?: string } = {},
): Promise<string> {
  const chatId = String(randomInt(1e9, 1e12));
  await addWhitelistEntry({ platform, phone_number: chatId, label: '', mapped_username: username }, people());
  return chatId;
}

export const chatObject = (platform: PlatformName, chatId: string) =>
  env.CHANNEL_CHAT.getByName(`${platform}/${chatId}`);

export const inChat = <T>(
  platform: PlatformName,
  chatId: string,
  act: (storage: DurableObjectStorage) => T | Promise<T>,
): Promise<T> => runInDurableObject(chatObject(platform, chatId), (_, { storage }) => act(storage));

/** Nothing waits, nothing runs, nothing wakes it. */
export async function isIdle(platform: PlatformName, chatId: string): Promise<void> {
  await expect
    .poll(
      () =>
        inChat(platform, chatId, async (storage) => ({
          inbox: storage.sql.exec('SELECT count(*) AS n FROM inbox').one()['n'],
          turn: storage.sql.exec('SELECT count(*) AS n FROM turn').one()['n'],
          outbox: storage.sql
            .exec("SELECT count(*) AS n FROM outbox WHERE state IN ('pending', 'sending', 'unclear')")
            .one()['n'],
          alarm: await storage.getAlarm(),
        })),
      // Other tests use the machine, and the shell takes its time to load
      { timeout: 15_000 },
    )
    .toEqual({ inbox: 0, turn: 0, outbox: 0, alarm: null });
}
