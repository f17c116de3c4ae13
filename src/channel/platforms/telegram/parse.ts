import type { Address, InboundEvent, InboundMedia, InboundMessage } from '#channel/platform.ts';
import { annotations } from './annotations.ts';
import { greeting } from '#channel/text/notices.ts';
import { readMentions, type Bot } from './mention.ts';
import { Update, type CallbackQuery, type File, type Message } from './update.ts';

/** What an update tells us. `now` in milliseconds since 1970: a pressed button carries no time. */
export function parseUpdate(payload: unknown, bot: Bot, now: number): readonly InboundEvent[] {
  const parsed = Update.safeParse(payload);
  if (!parsed.success) return [];
  const { update_id, message, edited_message, callback_query, stopped_message_generation } = parsed.data;
  const key = String(update_id);
  if (message?.migrate_to_chat_id !== undefined) {
    const to = String(message.migrate_to_chat_id);
    const from = String(message.chat.id);
    return [{ kind: 'renamed', key, sentAt: message.date * 1000, what: 'chat', from, to }];
  }
  if (message !== undefined) return readMessage(key, message, bot, false);
  if (edited_message !== undefined) return readMessage(key, edited_message, bot, true);
  if (callback_query !== undefined) return pressedButton(key, callback_query, now);
  if (stopped_message_generation !== undefined) {
    const { chat, message_thread_id } = stopped_message_generation;
    const threadId = message_thread_id === undefined ? null : String(message_thread_id);
    const address = { chatId: String(chat.id), threadId };
    // Drafts exist in private chats alone, whose id is the person's
    return [{ kind: 'stop', key, address, senderId: address.chatId }];
  }
  return [];
}

function readMessage(key: string, message: Message, bot: Bot, isEdit: boolean): InboundMessage[] {
  const { from, chat } = message;
  if (from === undefined || from.is_bot === true || message.is_automatic_forward === true) return [];
  if (chat.type === 'channel') return [];
  const isGroup = chat.type !== 'private';
  const { text, isAddressed } = readMentions(message, bot);
  const media = mediaOf(message);
  const notes = annotations(message);
  // A quote alone is no message, and a name alone is one: "@bot" as an answer to something
  const isNamedAlone = isGroup && isAddressed && (message.text ?? message.caption ?? '') !== '';
  if (text === '' && media.length === 0 && notes.content.length === 0 && !isNamedAlone) return [];
  return [
    {
      kind: 'message',
      key,
      messageId: String(message.message_id),
      address: addressOf(message),
      isGroup,
      isAddressed: !isGroup || isAddressed,
      sender: {
        id: String(from.id),
        otherIds: [],
        name: nameOf(from),
      },
      sentAt: message.date * 1000,
      text: text.startsWith('/start') ? greeting : text,
      annotations: [...notes.quote, ...notes.content],
      media,
      album: message.media_group_id ?? null,
      editOf: isEdit ? String(message.message_id) : null,
      choice: null,
    },
  ];
}

function pressedButton(key: string, query: CallbackQuery, now: number): InboundMessage[] {
  const { message, data, from } = query;
  if (message === undefined || data === undefined) return [];
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  return [
    {
      kind: 'message',
      key: `${key}:${query.id}`,
      messageId: String(message.message_id),
      address: addressOf(message),
      isGroup: message.chat.type !== 'private',
      isAddressed: true,
      sender: { id: String(from.id), otherIds: [], name: nameOf(from) },
      sentAt: now,
      text: buttons.find((button) => button.callback_data === data)?.text ?? data,
      annotations: [],
      media: [],
      album: null,
      editOf: null,
      choice: data,
    },
  ];
}

const nameOf = ({ first_name, last_name }: CallbackQuery['from']): string | null =>
  [first_name, last_name].filter((part) => part !== undefined).join(' ') || null;

/** The id that `answerCallbackQuery` wants, from the key of a pressed button. */
export const callbackQueryId = (key: string): string | null => /^\d+:(.+)$/.exec(key)?.[1] ?? null;

/** In groups without topics, replies have a thread id too, which is none. */
const addressOf = (message: Pick<Message, 'chat' | 'message_thread_id' | 'is_topic_message'>): Address => ({
  chatId: String(message.chat.id),
  threadId:
    message.is_topic_message === true && message.message_thread_id !== undefined
      ? String(message.message_thread_id)
      : null,
});

function mediaOf(message: Message): InboundMedia[] {
  const { photo = [], sticker, animation } = message;
  const largest = photo.toSorted((one, other) => (one.file_size ?? 0) - (other.file_size ?? 0)).at(-1);
  return [
    ...item('image', largest, 'image/jpeg'),
    // An animation comes a second time as a document, for old bots
    ...item('video', animation, 'video/mp4'),
    ...item('document', animation === undefined ? message.document : undefined, 'application/octet-stream'),
    ...item('voice', message.voice, 'audio/ogg'),
    ...item('audio', message.audio, 'audio/mpeg'),
    ...item('video', message.video, 'video/mp4'),
    ...item('video', message.video_note, 'video/mp4'),
    ...(sticker?.is_animated === true || sticker?.is_video === true
      ? []
      : item('sticker', sticker, 'image/webp')),
  ];
}

const item = (kind: InboundMedia['kind'], file: File | undefined, mimeType: string): InboundMedia[] =>
  file === undefined
    ? []
    : [
        {
          kind,
          reference: file.file_id,
          fileName: file.file_name ?? null,
          mimeType: file.mime_type ?? mimeType,
          size: file.file_size ?? null,
        },
      ];
