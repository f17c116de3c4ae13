import type { InboundEvent, InboundMedia, InboundMessage } from '#channel/platform.ts';
import { Message, Webhook, type Attachment, type Chat } from './payload.ts';

/** Stands in a text where an attachment is. */
const PLACEHOLDER = /\uFFFC/g;

export function parseWebhook(payload: unknown, botName: string): readonly InboundEvent[] {
  const webhook = Webhook.safeParse(payload);
  if (!webhook.success) return [];
  const { type, data } = webhook.data;
  return parseMessage(data, type === 'updated-message', botName);
}

/**
 * A message of someone else: its text, and each attachment as a part of its own, because attachments may come later, in
 * updates that bring what came before again. So each has a key of its own.
 */
export function parseMessage(data: unknown, isUpdate: boolean, botName: string): readonly InboundEvent[] {
  const parsed = Message.safeParse(data);
  if (!parsed.success) return [];
  const message = parsed.data;
  const isReaction = message.associatedMessageType !== null && message.associatedMessageType !== undefined;
  if (message.isFromMe === true || isReaction) return [];
  const text = (message.text ?? '').replace(PLACEHOLDER, '').trim();
  const edited = message.dateEdited ?? 0;
  const whole = base(message, text, botName);
  const files = message.attachments.map((attachment) => {
    const key = `${message.guid}/${attachment.guid}`;
    return { ...whole, key, messageId: key, text: '', media: [mediaOf(attachment)], album: message.guid };
  });
  if (isUpdate && edited > 0) {
    return [...files, { ...whole, key: `${message.guid}/edited/${edited}`, editOf: message.guid }];
  }
  const isNew = !isUpdate || files.length > 0;
  return text !== '' && isNew ? [whole, ...files] : files;
}

function base(message: Message, text: string, botName: string): InboundMessage {
  const [chat] = message.chats;
  const isGroup = isGroupChat(chat);
  const { address } = message.handle;
  return {
    kind: 'message',
    key: message.guid,
    messageId: message.guid,
    address: { chatId: chat.guid, threadId: null },
    isGroup,
    isAddressed: !isGroup || isNamed(text, botName),
    sender: { id: address, otherIds: [], name: null },
    sentAt: message.dateCreated,
    text,
    annotations: [],
    media: [],
    album: null,
    editOf: null,
    choice: null,
  };
}

/** `iMessage;+;chat123` is a group, `iMessage;-;+1555` is not; macOS 26 says `any` in place of the service. */
const isGroupChat = ({ guid, participants }: Chat): boolean =>
  guid.split(';')[1] === '+' || (participants?.length ?? 0) > 2;

/** iMessage has no bots, so their name is all there is to call them by. */
const isNamed = (text: string, botName: string): boolean =>
  text.toLowerCase().includes(botName.toLowerCase());

function mediaOf({ guid, mimeType, transferName, totalBytes }: Attachment): InboundMedia {
  const type = mimeType ?? 'application/octet-stream';
  return {
    kind: kindOf(type),
    reference: guid,
    // What only Apple's devices can show the server converts, and says to what
    fileName: transferName?.replace(/\.(heic|heif|tiff?)$/i, '.jpg').replace(/\.caf$/i, '.mp3') ?? null,
    mimeType: /^image\/(heic|heif|tiff)|x-caf$/.test(type) ? null : type,
    size: totalBytes ?? null,
  };
}

function kindOf(type: string): InboundMedia['kind'] {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  return type.startsWith('audio/') ? 'audio' : 'document';
}
