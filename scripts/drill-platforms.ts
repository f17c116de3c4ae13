import { createHash, createHmac } from 'node:crypto';
import type { PlatformName } from '#protocol/platform.ts';
import type {
  FakePlatform,
  PlatformAnswer,
  TakenMessage,
} from '#test/support/fake-platforms/fake-platform.ts';
import { startFakeBlueBubbles } from '#test/support/fake-platforms/imessage.ts';
import { startFakeTelegram, tooManyRequests } from '#test/support/fake-platforms/telegram.ts';
import { graphError, startFakeWhatsapp } from '#test/support/fake-platforms/whatsapp.ts';
import { startFakeZalo } from '#test/support/fake-platforms/zalo.ts';
import type { Vars } from './dev-vars.ts';

/** What a person writes. */
export interface DrillMessage {
  /** From 1, within its channel. */
  readonly number: number;
  /** In the message and in its answer. */
  readonly text: string;
  readonly chatId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface DrillWebhook {
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A platform as the drill plays it: its server, and what it sends to ours. */
export interface DrillPlatform {
  readonly fake: FakePlatform;
  /** What the server has to be told of it. */
  readonly vars: Vars;
  readonly chats: readonly string[];
  /** How many messages it puts into one webhook. */
  readonly mostAtOnce: number;
  webhook(messages: readonly DrillMessage[]): DrillWebhook;
  /** How it refuses a call that came too soon. */
  readonly tooManyCalls: PlatformAnswer;
  /** A webhook is sent once, whatever becomes of it; what was missed can be asked for. */
  readonly deliversOnce?: true;
  /** What it tells of a message of ours, where it does. */
  readonly reports?: (message: TakenMessage) => readonly DrillWebhook[];
}

type StartPlatform = (chats: number) => Promise<DrillPlatform>;

export const drillPlatforms: Partial<Record<PlatformName, StartPlatform>> = {
  telegram: startTelegram,
  whatsapp: startWhatsapp,
  zalo: startZalo,
  imessage: startImessage,
};

const numbered = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));

/** Of a platform that sends one message at a time. */
const single =
  (make: (message: DrillMessage) => DrillWebhook): DrillPlatform['webhook'] =>
  ([message]) => {
    if (message === undefined) throw new Error('a webhook has a message');
    return make(message);
  };

const seconds = (at: number): number => Math.floor(at / 1000);

/** The first chat is a group, in which two people call the bot by its name. */
async function startTelegram(count: number): Promise<DrillPlatform> {
  const fake = await startFakeTelegram();
  const people = numbered(70_001, Math.max(2, count - 1));
  const group = '-1001234500001';
  const bot = '@edgewise_bot';
  return {
    fake,
    vars: {
      TELEGRAM_API_URL: fake.url,
      TELEGRAM_BOT_TOKEN: '777:token',
      TELEGRAM_BOT_USERNAME: bot.slice(1),
      TELEGRAM_WEBHOOK_SECRET: 'drill-telegram',
      TELEGRAM_WHITELIST: people.join(','),
    },
    chats: [group, ...people.slice(0, count - 1)],
    mostAtOnce: 1,
    webhook: single(({ number, text, chatId, at }) => {
      const isGroup = chatId === group;
      const from = isGroup ? people[number % 2] : chatId;
      const update = {
        update_id: 500_000 + number,
        message: {
          message_id: number,
          from: { id: Number(from), is_bot: false, first_name: 'Ana', language_code: 'pt' },
          chat: isGroup
            ? { id: Number(chatId), title: 'Team', type: 'supergroup' }
            : { id: Number(chatId), first_name: 'Ana', type: 'private' },
          date: seconds(at),
          text: isGroup ? `${bot} ${text}` : text,
          ...(isGroup && { entities: [{ type: 'mention', offset: 0, length: bot.length }] }),
        },
      };
      return {
        headers: { 'x-telegram-bot-api-secret-token': 'drill-telegram' },
        body: JSON.stringify(update),
      };
    }),
    tooManyCalls: tooManyRequests(1),
  };
}

async function startWhatsapp(count: number): Promise<DrillPlatform> {
  const phoneNumberId = '106540352242922';
  const fake = await startFakeWhatsapp({ phoneNumberId });
  const chats = numbered(84_900_000_001, count);
  const signed = (value: object): DrillWebhook => {
    const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId };
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '102290129340398', changes: [change] }],
    });
    const signature = createHmac('sha256', 'drill-whatsapp').update(body).digest('hex');
    return { headers: { 'x-hub-signature-256': `sha256=${signature}` }, body };
  };
  return {
    fake,
    vars: {
      WHATSAPP_API_URL: fake.url,
      WHATSAPP_ACCESS_TOKEN: 'wa-token',
      WHATSAPP_PHONE_NUMBER_ID: phoneNumberId,
      WHATSAPP_APP_SECRET: 'drill-whatsapp',
      WHATSAPP_GRAPH_VERSION: 'v26.0',
      WHATSAPP_WHITELIST: chats.join(','),
    },
    chats,
    mostAtOnce: 3,
    webhook: (messages) =>
      signed({
        contacts: [{ profile: { name: 'Ana' }, wa_id: messages[0]?.chatId }],
        messages: messages.map(({ number, text, chatId, at }) => ({
          from: chatId,
          id: `wamid.DRILL${number}`,
          timestamp: String(seconds(at)),
          type: 'text',
          text: { body: text },
        })),
      }),
    tooManyCalls: graphError(400, 131056),
    reports: ({ id, chatId, call }) =>
      ['sent', 'delivered', 'read'].map((status) =>
        signed({ statuses: [{ id, status, timestamp: String(seconds(call.at)), recipient_id: chatId }] }),
      ),
  };
}

/** The first chat is a group, in which two people name the bot. */
async function startZalo(count: number): Promise<DrillPlatform> {
  const fake = await startFakeZalo();
  const people = numbered(2_468_000_001, Math.max(2, count - 1));
  const group = '1357000001';
  return {
    fake,
    vars: {
      ZALO_API_URL: fake.url,
      ZALO_OAUTH_URL: fake.url,
      ZALO_OA_ACCESS_TOKEN: 'zalo-token',
      ZALO_APP_ID: '123',
      ZALO_OA_SECRET_KEY: 'drill-zalo',
      ZALO_WHITELIST: people.join(','),
    },
    chats: [`group:${group}`, ...people.slice(0, count - 1)],
    mostAtOnce: 1,
    webhook: single(({ number, text, chatId, at }) => {
      const isGroup = chatId.startsWith('group:');
      const body = JSON.stringify({
        app_id: '123',
        event_name: isGroup ? 'user_send_group_text' : 'user_send_text',
        timestamp: String(at),
        sender: { id: isGroup ? people[number % 2] : chatId },
        recipient: { id: isGroup ? group : '4318657068771012646' },
        message: { msg_id: `drill${number}`, text: isGroup ? `Edgewise, ${text}` : text },
      });
      const mac = createHash('sha256').update(`123${body}${at}drill-zalo`).digest('hex');
      return { headers: { 'x-zevent-signature': `mac=${mac}` }, body };
    }),
    tooManyCalls: { status: 429, body: {} },
  };
}

/** The first chat is a group, in which two people name the bot. The Mac keeps what it has told of. */
async function startImessage(count: number): Promise<DrillPlatform> {
  const fake = await startFakeBlueBubbles();
  const people = numbered(15_550_100_001, Math.max(2, count - 1)).map((phone) => `+${phone}`);
  const group = 'iMessage;+;chat4711';
  return {
    fake,
    vars: {
      BLUEBUBBLES_SERVER_URL: fake.url,
      BLUEBUBBLES_PASSWORD: 'bb-password',
      BLUEBUBBLES_WEBHOOK_SECRET: 'drill-imessage',
      IMESSAGE_WHITELIST: people.join(','),
    },
    chats: [group, ...people.slice(0, count - 1).map((phone) => `iMessage;-;${phone}`)],
    mostAtOnce: 1,
    webhook: single(({ number, text, chatId, at }) => {
      const isGroup = chatId === group;
      const data = {
        guid: `DRILL-${number}`,
        text: isGroup ? `Edgewise, ${text}` : text,
        isFromMe: false,
        handle: { address: isGroup ? people[number % 2] : chatId.split(';')[2] },
        chats: [{ guid: chatId, displayName: '', participants: [] }],
        attachments: [],
        associatedMessageType: null,
        dateCreated: at,
      };
      fake.stored.push(data);
      const body = JSON.stringify({ type: 'new-message', data });
      return { query: '?secret=drill-imessage', headers: {}, body };
    }),
    tooManyCalls: { status: 429, body: {} },
    deliversOnce: true,
  };
}
