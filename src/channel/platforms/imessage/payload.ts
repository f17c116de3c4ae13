import { z } from 'zod';

/** The parts of BlueBubbles' messages that concern us, in webhooks and in answers to queries alike. */
const optionalText = z.string().nullish().catch(null);

const Attachment = z.object({
  guid: z.string().min(1),
  mimeType: optionalText,
  transferName: optionalText,
  totalBytes: z.number().nullish().catch(null),
});
export type Attachment = z.infer<typeof Attachment>;

const Chat = z.object({
  guid: z.string().min(1),
  participants: z.array(z.unknown()).nullish().catch(null),
});
export type Chat = z.infer<typeof Chat>;

export const Message = z.object({
  guid: z.string().min(1),
  text: optionalText,
  isFromMe: z.boolean().nullish().catch(null),
  handle: z.object({ address: z.string().min(1) }),
  chats: z.tuple([Chat]).rest(z.unknown()),
  attachments: z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((list) => (list ?? []).flatMap((one) => Attachment.safeParse(one).data ?? [])),
  /** Of a reaction ("tapback"): what it is about. */
  associatedMessageType: z.unknown().optional(),
  dateCreated: z.number(),
  dateEdited: z.number().nullish().catch(null),
});
export type Message = z.infer<typeof Message>;

export const Webhook = z.object({
  type: z.enum(['new-message', 'updated-message']),
  data: z.unknown(),
});
