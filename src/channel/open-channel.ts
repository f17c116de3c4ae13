import { channelTables } from '#channel/tables.ts';
import type { Channel } from '#channel/channel.ts';
import { createPlatform } from '#channel/create-platform.ts';
import { followTurn, signalSession } from '#channel/follow-turn.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { tendElsewhere } from '#channel/look-elsewhere.ts';
import { handOn } from '#channel/move-chat.ts';
import { QUIET_MS } from '#channel/next-batch.ts';
import { nextWake } from '#channel/next-wake.ts';
import { oneAtATime } from '#channel/one-at-a-time.ts';
import { readMappedUsers } from '#channel/people-deps.ts';
import { sendOutbox } from '#channel/send-outbox.ts';
import { takeInbox } from '#channel/take-inbox.ts';
import { createTranscriber } from '#media/transcribe.ts';
import { migrate } from '#lib/migrate.ts';
import { PlatformName } from '#protocol/platform.ts';
import { Settings } from '#protocol/settings.ts';

/** The one place that says `new` for what a chat works with. Null where its platform is not set up. */
export function openChannel(context: DurableObjectState, env: Env): Channel | null {
  const name = context.id.name ?? '';
  const [first = '', chatId = '', threadId] = name.split('/').map(decodeURIComponent);
  const platformName = PlatformName.parse(first);
  const settings = Settings.parse(env);
  const deps = livePlatformDeps(env, settings);
  const { clock, log } = deps;
  const created = createPlatform(platformName, settings, deps);
  const platform = created?.ofChat === undefined ? created : created.ofChat(chatId);
  if (platform === null) return null;
  const { storage } = context;
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql, 'channel', channelTables));

  const channel: Channel = {
    name,
    platformName,
    platform,
    address: { chatId, threadId: threadId ?? null },
    settings,
    sql,
    people: { db: env.DB, settings, clock, mappedUsers: readMappedUsers(env) },
    sessions: env.CHAT_SESSION,
    users: env.USER_SPACE,
    chats: env.CHANNEL_CHAT,
    files: env.FILES,
    transcriber: createTranscriber(settings, deps),
    clock,
    log,
    transaction: (act) => storage.transactionSync(act),
    kick: (what) => {
      // None that comes in is due at once
      void run[what]().then(() => (what === 'inbox' ? alarm.armWithin(QUIET_MS) : alarm.arm()));
      alarm.armWithin(CRASH_MS);
    },
    goOn: () => {
      alarm.forget();
      for (const what of ['turn', 'inbox', 'outbox', 'elsewhere', 'leaving'] as const) channel.kick(what);
    },
    draft: Promise.resolve(),
    showMore: null,
    lateEdits: new Map(),
    sentAt: [],
    pausedUntil: 0,
    prunedAt: 0,
  };

  const onError = (error: unknown) =>
    log.error('channel_failed', { channel: platformName, error: String(error) });
  const follow = oneAtATime(() => followTurn(channel), onError);
  const signal = oneAtATime(() => signalSession(channel), onError);
  const run = {
    inbox: oneAtATime(() => takeInbox(channel), onError),
    outbox: oneAtATime(() => sendOutbox(channel), onError),
    elsewhere: oneAtATime(() => tendElsewhere(channel), onError),
    leaving: oneAtATime(() => handOn(channel), onError),
    turn: async () => void (await Promise.all([signal(), follow()])),
  };
  const alarm = alarmFor(channel, storage);
  return channel;
}

/** What is being done is looked after so soon, should it break off. */
const CRASH_MS = 20_000;

/** Keeps the object's one alarm at the moment when something is due, and absent where nothing is. */
function alarmFor({ sql, clock }: Channel, storage: DurableObjectStorage) {
  // Unknown at first: an earlier life may have left one
  let armed: number | null | undefined;
  const isArmed = (now: number, until: number): boolean =>
    typeof armed === 'number' && armed > now && armed <= until;
  const arm = (): void => {
    const now = clock.now();
    const due = nextWake(sql, now);
    if (due === null) {
      if (armed !== null) void storage.deleteAlarm();
      armed = null;
    } else if (!isArmed(now, due)) {
      armed = due;
      void storage.setAlarm(due);
    }
  };
  return {
    arm,
    /** Where an alarm within that time is early enough: to look each time what is due would be most of the work. */
    armWithin(milliseconds: number): void {
      const now = clock.now();
      if (!isArmed(now, now + milliseconds)) arm();
    },
    forget(): void {
      armed = undefined;
    },
  };
}
