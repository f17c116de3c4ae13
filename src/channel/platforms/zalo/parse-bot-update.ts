import { z } from 'zod';
import type { InboundEvent, InboundMedia } from '#channel/platform.ts';
import { BOT_PREFIX } from './bot-ids.ts';

const optionalText = z.string().optional().catch(undefined);

/** https://bot.zaloplatforms.com/docs/webhook */
const Update = z.object({
  event_name: z.string().regex(/^message\.(text|image|sticker|voice)\.received$/),
  message: z.object({
    message_id: z.string().min(1),
    /** Milliseconds since 1970. */
    date: z.number(),
    from: z.object({
      id: z.string().min(1),
      display_name: optionalText,
      is_bot: z.boolean().optional().catch(undefined),
    }),
    chat: z.object({ id: z.string().min(1), chat_type: z.string().catch('PRIVATE') }),
    text: optionalText,
    caption: optionalText,
    photo: optionalText,
    photo_url: optionalText,
    voice_url: optionalText,
    url: optionalText,
  }),
});
type Message = z.infer<typeof Update>['message'];

/** With the wrapping of an answer around it, or without. */
const Wrapped = z.object({ result: z.unknown() });

export function parseBotUpdate(payload: unknown): readonly InboundEvent[] {
  const wrapped = Wrapped.safeParse(payload);
  const parsed = Update.safeParse(
    wrapped.success && wrapped.data.result !== undefined ? wrapped.data.result : payload,
  );
  if (!parsed.success || parsed.data.message.from.is_bot === true) return [];
  const { message } = parsed.data;
  const text = (message.text ?? message.caption ?? '').trim();
  const media = mediaOf(message, parsed.data.event_name);
  if (text === '' && media.length === 0) return [];
  return [
    {
      kind: 'message',
      key: `${message.chat.id}/${message.message_id}`,
      messageId: message.message_id,
      address: { chatId: `${BOT_PREFIX}${message.chat.id}`, threadId: null },
      isGroup: message.chat.chat_type === 'GROUP',
      // In groups bots are given only what is meant for them
      isAddressed: true,
      sender: {
        id: `${BOT_PREFIX}${message.from.id}`,
        otherIds: [],
        name: message.from.display_name ?? null,
      },
      sentAt: message.date,
      text,
      annotations: [],
      media,
      album: null,
      editOf: null,
      choice: null,
    },
  ];
}

function mediaOf(message: Message, eventName: string): InboundMedia[] {
  const [, kind] = eventName.split('.');
  if (kind === 'image') return item('image', message.photo ?? message.photo_url);
  if (kind === 'voice') return item('voice', message.voice_url);
  return kind === 'sticker' ? item('sticker', message.url) : [];
}

const item = (kind: InboundMedia['kind'], url: string | undefined): InboundMedia[] =>
  url === undefined || url === ''
    ? []
    : [{ kind, reference: url, fileName: null, mimeType: null, size: null }];
