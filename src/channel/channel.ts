import type { PeopleDeps } from '#channel/people-deps.ts';
import type { Address, Platform } from '#channel/platform.ts';
import type { Transcriber } from '#media/transcribe.ts';
import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import type { PlatformName } from '#protocol/platform.ts';
import type { Settings } from '#protocol/settings.ts';

/** The deps of everything a chat does, made once per object. */
export interface Channel {
  /** Of the object: what a session wakes. */
  readonly name: string;
  readonly platformName: PlatformName;
  readonly platform: Platform;
  readonly address: Address;
  readonly settings: Settings;
  readonly sql: SqlStorage;
  readonly people: PeopleDeps;
  readonly sessions: Env['CHAT_SESSION'];
  readonly users: Env['USER_SPACE'];
  readonly chats: Env['CHANNEL_CHAT'];
  readonly files: R2Bucket;
  /** Null: nobody listens to voice messages. */
  readonly transcriber: Transcriber | null;
  readonly clock: Clock;
  readonly log: Log;
  /** All or nothing, in one go. */
  transaction<T>(act: () => T): T;
  /** Lets what is stored be worked on: messages that came, the turn under way, messages to be sent, other
   * sessions, what goes on in another chat. */
  kick(what: 'inbox' | 'turn' | 'outbox' | 'elsewhere' | 'leaving'): void;
  /** After waking: all of it, and the alarm anew, because one that has just fired is gone. */
  goOn(): void;
  /** A draft on its way: the message itself goes out after it. */
  draft: Promise<unknown>;
  /** Shows more of a message that is there and grows, when nothing else is to be sent. Null: there is no more yet. */
  showMore: (() => Promise<void>) | null;
  /** Edits that were not waited for to their end, by the message that they are of. */
  readonly lateEdits: Map<string, Promise<unknown>>;
  /** When messages and edits went out, the newest last, milliseconds since 1970; those of the last minute at least. */
  sentAt: number[];
  /** Until then the platform wants to be left alone, milliseconds since 1970. */
  pausedUntil: number;
  /** When old rows were last cleared away. */
  prunedAt: number;
}

export const sessionOf = (
  { sessions }: Channel,
  { username, sessionId }: { readonly username: string; readonly sessionId: string },
) => sessions.getByName(`${username}/${sessionId}`);

/** `telegram/42` or `telegram/42/7`. A chat id may hold a slash. */
export const channelName = (platform: PlatformName, { chatId, threadId }: Address): string =>
  [platform, chatId, ...(threadId === null ? [] : [threadId])].map(encodeURIComponent).join('/');
