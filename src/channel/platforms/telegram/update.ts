import { z } from 'zod';

/** The parts of an update that concern us: https://core.telegram.org/bots/api#update */
const id = z.number().int();
const optionalText = z.string().optional().catch(undefined);

const User = z.object({
  id,
  is_bot: z.boolean().optional(),
  first_name: optionalText,
  last_name: optionalText,
});
const Chat = z.object({ id, type: z.enum(['private', 'group', 'supergroup', 'channel']) });

/** Offsets count UTF-16 code units. */
const Entity = z.object({
  type: z.string(),
  offset: z.number().int(),
  length: z.number().int(),
  user: User.optional(),
});
export type Entity = z.infer<typeof Entity>;

const File = z.object({
  file_id: z.string(),
  file_size: z.number().optional(),
  file_name: optionalText,
  mime_type: optionalText,
});
export type File = z.infer<typeof File>;

const Location = z.object({ latitude: z.number(), longitude: z.number() });

const Quoted = z.object({
  message_id: id,
  from: User.optional(),
  text: optionalText,
  caption: optionalText,
});

const Message = z.object({
  message_id: id,
  message_thread_id: id.optional(),
  is_topic_message: z.boolean().optional(),
  is_automatic_forward: z.boolean().optional(),
  date: z.number(),
  from: User.optional(),
  chat: Chat,
  text: optionalText,
  entities: z.array(Entity).optional().catch(undefined),
  caption: optionalText,
  caption_entities: z.array(Entity).optional().catch(undefined),
  media_group_id: optionalText,
  reply_to_message: Quoted.optional().catch(undefined),
  quote: z.object({ text: z.string() }).optional().catch(undefined),
  photo: z.array(File).optional(),
  document: File.optional(),
  voice: File.optional(),
  audio: File.optional(),
  video: File.optional(),
  video_note: File.optional(),
  animation: File.optional(),
  sticker: File.extend({
    is_animated: z.boolean().optional(),
    is_video: z.boolean().optional(),
    emoji: optionalText,
  }).optional(),
  location: Location.optional(),
  venue: z.object({ location: Location, title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: optionalText }).optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  migrate_to_chat_id: id.optional(),
});
export type Message = z.infer<typeof Message>;

const Button = z.object({ text: z.string(), callback_data: optionalText });

const CallbackQuery = z.object({
  id: z.string(),
  from: User,
  data: optionalText,
  message: z
    .object({
      message_id: id,
      message_thread_id: id.optional(),
      is_topic_message: z.boolean().optional(),
      chat: Chat,
      reply_markup: z
        .object({ inline_keyboard: z.array(z.array(Button)) })
        .optional()
        .catch(undefined),
    })
    .optional(),
});
export type CallbackQuery = z.infer<typeof CallbackQuery>;

export const Update = z.object({
  update_id: id,
  message: Message.optional(),
  edited_message: Message.optional(),
  callback_query: CallbackQuery.optional(),
  /** https://core.telegram.org/bots/api#messagegenerationstopped: private chats only */
  stopped_message_generation: z.object({ chat: Chat, message_thread_id: id.optional() }).optional(),
});
