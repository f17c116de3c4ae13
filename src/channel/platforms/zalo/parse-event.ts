import { z } from 'zod';
import type { InboundEvent, InboundMedia } from '#channel/platform.ts';
import { shorten } from '#channel/text/escape-markdown.ts';

/** A group's address, so that it is not taken for that of a person. */
export const GROUP_PREFIX = 'group:';

const optionalText = z.string().optional().catch(undefined);

/**
 * Ids have more digits than numbers hold: they are texts, and nothing else is one. A colon is in none of Zalo's: it
 * ends the prefixes that are ours.
 */
const Id = z.string().regex(/^[^:]+$/);

const Attachment = z.object({
  type: z.string(),
  payload: z.object({
    url: optionalText,
    title: optionalText,
    description: optionalText,
    name: optionalText,
    size: z.coerce.number().int().min(0).optional().catch(undefined),
    coordinates: z
      .object({ latitude: z.coerce.number(), longitude: z.coerce.number() })
      .optional()
      .catch(undefined),
  }),
});
type Attachment = z.infer<typeof Attachment>;

/** https://developers.zalo.me/docs/official-account/webhook/tin-nhan/su-kien-nguoi-dung-gui-tin-nhan */
const Event = z.object({
  event_name: z
    .string()
    .regex(/^user_send_(?:group_)?(?:text|image|gif|link|audio|video|sticker|location|business_card|file)$/),
  timestamp: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^\d+$/)),
  sender: z.object({ id: Id }),
  recipient: z.object({ id: optionalText }).optional().catch(undefined),
  message: z.object({
    msg_id: z.string().min(1).optional().catch(undefined),
    text: optionalText,
    attachments: z
      .array(z.unknown())
      .optional()
      .catch(undefined)
      .transform((list) => (list ?? []).flatMap((one) => Attachment.safeParse(one).data ?? [])),
  }),
});

const BusinessCard = z.object({ phone: optionalText, caption: optionalText });

export function parseEvent(payload: unknown, botName: string): readonly InboundEvent[] {
  const parsed = Event.safeParse(payload);
  if (!parsed.success) return [];
  const { event_name: name, timestamp, sender, recipient, message } = parsed.data;
  const isGroup = name.includes('_group_');
  const groupId = recipient?.id;
  if (isGroup && !groupId) return [];
  const text = (message.text ?? '').trim();
  const media = message.attachments.flatMap(mediaOf);
  const annotations = message.attachments.flatMap((attachment) => annotationOf(attachment, name));
  if (text === '' && media.length === 0 && annotations.length === 0) return [];
  const key = message.msg_id ?? `${name}/${timestamp}/${sender.id}`;
  return [
    {
      kind: 'message',
      key,
      messageId: key,
      address: { chatId: isGroup ? `${GROUP_PREFIX}${groupId}` : sender.id, threadId: null },
      isGroup,
      // Zalo does not tell who is meant
      isAddressed: !isGroup || text.toLowerCase().includes(botName.toLowerCase()),
      sender: { id: sender.id, otherIds: [], name: null },
      sentAt: Number(timestamp),
      text,
      annotations,
      media,
      album: null,
      editOf: null,
      choice: null,
    },
  ];
}

const KINDS: Readonly<Record<string, InboundMedia['kind']>> = {
  image: 'image',
  gif: 'image',
  audio: 'voice',
  video: 'video',
  sticker: 'sticker',
  file: 'document',
};

function mediaOf({ type, payload }: Attachment): InboundMedia[] {
  const kind = KINDS[type];
  if (kind === undefined || payload.url === undefined) return [];
  return [
    {
      kind,
      reference: payload.url,
      fileName: payload.name ?? null,
      mimeType: null,
      size: payload.size ?? null,
    },
  ];
}

function annotationOf({ type, payload }: Attachment, eventName: string): string[] {
  const { coordinates, url } = payload;
  if (coordinates !== undefined) return [`[Location: ${coordinates.latitude},${coordinates.longitude}]`];
  if (eventName.endsWith('_business_card')) return contactOf(payload);
  if (type !== 'link' || url === undefined) return [];
  const words = [payload.title, payload.description].flatMap((part) => (part ? [inLine(part)] : []));
  return [`[Link: ${[...words, inLine(url)].join(' — ')}]`];
}

/** What there is to know of a card stands as JSON in its description. */
function contactOf({ description = '', url }: Attachment['payload']): string[] {
  const card = BusinessCard.safeParse(parseJson(description)).data;
  const words = [card?.caption, card?.phone, url].flatMap((part) => (part ? [inLine(part)] : []));
  return words.length === 0 ? [] : [`[Contact: ${words.join(', ')}]`];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const inLine = (text: string): string => shorten(text.replace(/\s+/g, ' ').trim(), 300);
