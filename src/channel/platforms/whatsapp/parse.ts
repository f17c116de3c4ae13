import type { DeliveryReport, InboundEvent, InboundMedia, Renamed } from '#channel/platform.ts';
import { shorten } from '#channel/text/escape-markdown.ts';
import { reasonOf } from './graph-error.ts';
import { Contact, Message, Payload, Status } from './payload.ts';

/** Everything in a batch that is meant for our number. */
export function parsePayload(payload: unknown, phoneNumberId: string): readonly InboundEvent[] {
  const parsed = Payload.safeParse(payload);
  if (!parsed.success) return [];
  return parsed.data.entry
    .flatMap(({ changes }) => changes)
    .flatMap(({ value }) => {
      if (value?.metadata.phone_number_id !== phoneNumberId) return [];
      const contacts = value.contacts.flatMap((contact) => Contact.safeParse(contact).data ?? []);
      return [
        ...value.messages.flatMap((message) => readMessage(Message.safeParse(message).data, contacts)),
        ...value.statuses.flatMap((status) => readStatus(Status.safeParse(status).data)),
      ];
    });
}

function readMessage(message: Message | undefined, contacts: readonly Contact[]): InboundEvent[] {
  if (message === undefined) return [];
  if (message.system !== undefined) return renamed(message);
  const contact =
    contacts.find(
      ({ wa_id, user_id }) =>
        (wa_id !== undefined && wa_id === message.from) ||
        (user_id !== undefined && user_id === message.from_user_id),
    ) ?? (contacts.length === 1 ? contacts[0] : undefined);
  const ids = [message.from, message.from_user_id ?? contact?.user_id].flatMap((one) => (one ? [one] : []));
  const [id, ...otherIds] = ids;
  const media = mediaOf(message);
  const annotations = annotationsOf(message);
  const { text, choice } = wordsOf(message);
  if (id === undefined || (text === '' && media.length === 0 && annotations.length === 0)) return [];
  return [
    {
      kind: 'message',
      key: message.id,
      messageId: message.id,
      address: { chatId: id, threadId: null },
      isGroup: false,
      isAddressed: true,
      sender: { id, otherIds, name: contact?.profile?.name ?? null },
      sentAt: Number(message.timestamp) * 1000,
      text,
      annotations,
      media,
      album: null,
      editOf: null,
      choice,
    },
  ];
}

function wordsOf(message: Message): { text: string; choice: string | null } {
  const { text, interactive, button, image, video, document } = message;
  const answer = interactive?.button_reply ?? interactive?.list_reply;
  if (answer !== undefined) return { text: answer.title, choice: answer.id };
  if (button !== undefined) return { text: button.text, choice: button.payload ?? null };
  const words = text?.body ?? image?.caption ?? video?.caption ?? document?.caption ?? '';
  return { text: words.trim(), choice: null };
}

function mediaOf({ image, video, audio, sticker, document }: Message): InboundMedia[] {
  return [
    ...item('image', image, 'image/jpeg'),
    ...item('video', video, 'video/mp4'),
    ...item(audio?.voice === true ? 'voice' : 'audio', audio, 'audio/ogg'),
    ...item('sticker', sticker, 'image/webp'),
    ...item('document', document, 'application/octet-stream'),
  ];
}

const item = (kind: InboundMedia['kind'], media: Message['image'], mimeType: string): InboundMedia[] =>
  media === undefined
    ? []
    : [
        {
          kind,
          reference: media.id,
          fileName: media.filename ?? null,
          mimeType: media.mime_type ?? mimeType,
          size: null,
        },
      ];

function annotationsOf({ type, location, contacts = [], reaction, order }: Message): string[] {
  const notes = contacts.map(({ name, phones }) => {
    const numbers = phones.flatMap(({ phone }) => (phone === undefined ? [] : [inLine(phone)]));
    return `[Contact: ${[inLine(name.formatted_name), ...numbers].join(', ')}]`;
  });
  if (location !== undefined) {
    const names = [location.name, location.address].flatMap((name) => (name ? [inLine(name)] : []));
    const suffix = names.length === 0 ? '' : ` — ${names.join(', ')}`;
    notes.push(`[Location: ${location.latitude},${location.longitude}${suffix}]`);
  }
  // Without an emoji, one was taken back
  if (reaction?.emoji) notes.push(`[Reaction: ${inLine(reaction.emoji)}]`);
  if (order !== undefined) {
    const items = order.product_items.map(
      ({ quantity, product_retailer_id }) => `${quantity} × ${inLine(product_retailer_id)}`,
    );
    notes.push(`[Order: ${items.join(', ')}]`);
  }
  if (type === 'unsupported') notes.push('[A message of a kind that WhatsApp does not pass on to programs]');
  return notes;
}

const inLine = (text: string): string => shorten(text.replace(/\s+/g, ' ').trim(), 300);

/** A new phone number brings a new user id with it. */
function renamed({ id, timestamp, from, system }: Message): Renamed[] {
  const pairs = [
    system?.type === 'user_changed_number' ? [from, system.wa_id] : [],
    [system?.previous_user_id, system?.user_id],
  ];
  return pairs.flatMap(([before, after]) =>
    before === undefined || after === undefined || before === after
      ? []
      : [
          {
            kind: 'renamed',
            key: `${id}/${before}`,
            sentAt: Number(timestamp) * 1000,
            what: 'user',
            from: before,
            to: after,
          },
        ],
  );
}

function readStatus(status: Status | undefined): DeliveryReport[] {
  const chatId = status?.recipient_id ?? status?.recipient_user_id;
  if (status === undefined || chatId === undefined) return [];
  const [error] = status.errors;
  return [
    {
      kind: 'delivery',
      address: { chatId, threadId: null },
      messageId: status.id,
      state: status.status,
      reason: status.status === 'failed' ? reasonOf(error?.code ?? 0) : null,
    },
  ];
}
