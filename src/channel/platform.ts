import type { Result } from '#lib/result.ts';
import type { PlatformName } from '#protocol/platform.ts';

/** What a webhook delivered, before anything of it is trusted. Header names are lower-case. */
export interface WebhookRequest {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Where messages go: a chat, and the topic within it where the platform has topics. */
export interface Address {
  readonly chatId: string;
  readonly threadId: string | null;
}

export interface InboundMedia {
  readonly kind: 'image' | 'document' | 'voice' | 'video' | 'audio' | 'sticker';
  /** What `openMedia` needs to find it: a file id, a guid or an address, by platform. */
  readonly reference: string;
  readonly fileName: string | null;
  readonly mimeType: string | null;
  /** Bytes, as announced. */
  readonly size: number | null;
}

export interface InboundMessage {
  readonly kind: 'message';
  /** Unique on its platform for ever: a second delivery has the same. */
  readonly key: string;
  /** The platform's id of the message, for quoting and for marking it read. */
  readonly messageId: string;
  readonly address: Address;
  readonly isGroup: boolean;
  /** In a group: the bot was named, or answered. Always true in a private chat. */
  readonly isAddressed: boolean;
  readonly sender: {
    readonly id: string;
    /** Further ids of the same person, such as the phone number behind a user name. */
    readonly otherIds: readonly string[];
    readonly name: string | null;
  };
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly text: string;
  /** What is no text and no file, as a line for the model: `[Location: 10.77,106.70 — name]`. */
  readonly annotations: readonly string[];
  readonly media: readonly InboundMedia[];
  /** Parts of one album share it. */
  readonly album: string | null;
  /** The message that this one is an edited version of. */
  readonly editOf: string | null;
  /** The `id` of the choice whose button was pressed. */
  readonly choice: string | null;
}

/** What became of a message of ours, where the platform tells. */
export interface DeliveryReport {
  readonly kind: 'delivery';
  readonly address: Address;
  readonly messageId: string;
  readonly state: 'sent' | 'delivered' | 'read' | 'failed';
  readonly reason: string | null;
}

/** The user pressed the platform's own stop button. */
export interface StopPressed {
  readonly kind: 'stop';
  readonly key: string;
  readonly address: Address;
  readonly senderId: string;
}

/** A person or a chat goes on under another id. */
export interface Renamed {
  readonly kind: 'renamed';
  /** Unique on its platform for ever. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly what: 'user' | 'chat';
  readonly from: string;
  readonly to: string;
}

export type InboundEvent = InboundMessage | DeliveryReport | StopPressed | Renamed;

export interface Choice {
  /** At most 64 bytes. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** A file of a session's workspace on its way out. */
export interface OutboundFile {
  readonly name: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
}

/** What the agent has to say, in no platform's language. Text is CommonMark with tables and strike-through. */
export type OutboundContent =
  | { readonly kind: 'text'; readonly markdown: string }
  /** With buttons where the platform has them, else with numbers. */
  | { readonly kind: 'choices'; readonly markdown: string; readonly choices: readonly Choice[] }
  | { readonly kind: 'file'; readonly file: OutboundFile; readonly caption: string };

/**
 * One message as the platform takes it: JSON that is stored in the outbox until it is sent. `request` is the
 * platform's own affair; `file`, where there is one, is opened only when it is sent.
 */
export interface OutboundPiece {
  readonly request: Readonly<Record<string, unknown>>;
  readonly file: OutboundFile | null;
  /** The same in plain words, where the platform may not take its buttons. */
  readonly instead?: readonly OutboundPiece[];
}

/** Where a message goes to, and what it answers. */
export interface Destination extends Address {
  /** The message of the chat to quote, by its id, where the platform can; it may be gone by then. */
  readonly replyTo?: string;
}

export type SendOutcome =
  | { readonly kind: 'sent'; readonly messageId: string | null }
  /** Not taken: try again, no earlier than this (milliseconds from now). */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** The platform cannot take this file or this form: the caller sends a link, or plain text. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** Never will be: the user blocked the bot, the window is closed, the token is wrong. */
  | { readonly kind: 'refused'; readonly reason: string; readonly authentication: boolean }
  /** The connection broke or timed out after the request was out: it may have been sent. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** How fast the platform wants to be spoken to. */
export interface PlatformLimits {
  /** Between two messages to one chat, in milliseconds. */
  readonly spacingMs: number;
  /** How long a typing sign lasts; 0 where there is none. */
  readonly typingMs: number;
  /** Messages are costly here: say much in few. */
  readonly coalesce: boolean;
  /** It tells of each message whether it was sent: a send that broke off is looked up and not repeated at once. */
  readonly reportsDelivery?: boolean;
  /** How a group is shown an answer that grows: it is sent, then edited. Absent: the group gets it when it is whole. */
  readonly groupEdits?: {
    /** Between two edits, in milliseconds; half of it is waited for at first, since many answers are whole by then. */
    readonly everyMs: number;
    /** How many messages and edits a group takes in a minute. */
    readonly perMinute: number;
  };
}

/** The state of a platform's set-up, for the one who runs it. */
export interface PlatformStatus {
  readonly tokenValid: boolean;
  /** The bot's or number's name. */
  readonly account: string | null;
  readonly webhookUrl: string | null;
  readonly webhookOk: boolean;
  readonly lastError: string | null;
  /** ISO 8601; null where the token does not end. */
  readonly tokenExpiresAt: string | null;
  /** Each by itself, where one name stands for several products. */
  readonly products?: readonly (PlatformStatus & { readonly title: string })[];
}

/**
 * A messenger. Contract: `verify`, `parse` and `format` are pure (verify may use Web Crypto); `send` is one API call for
 * one piece and never throws for what a network or a server may do. Made anew from settings by `createPlatform`.
 */
export interface Platform {
  readonly name: PlatformName;
  readonly limits: PlatformLimits;
  /** Where one name stands for several products: the one that brought a request. All is to be asked of that one. */
  ofRequest?(request: WebhookRequest): Platform;
  /** Of those, the one that a chat belongs to. Null: it is not set up. */
  ofChat?(chatId: string): Platform | null;
  /** A private chat has the id of its person, and goes on under another where that changes. */
  readonly chatIsPerson?: boolean;
  /** Whether the request comes from the platform, by secret or signature over the raw bytes, in constant time. */
  verify(request: WebhookRequest): Promise<boolean>;
  /** What of a payload concerns us, in its order; an unknown form gives nothing. */
  parse(payload: unknown): readonly InboundEvent[];
  /** One piece for each message it takes; at least one. */
  format(content: OutboundContent): readonly OutboundPiece[];
  send(
    piece: OutboundPiece,
    to: Destination,
    openFile: () => Promise<ReadableStream<Uint8Array>>,
    /** An address of the file for platforms that fetch it themselves; null where there can be none. */
    linkFile?: () => Promise<string | null>,
  ): Promise<SendOutcome>;
  /** Shows that something is being written, and that the message was read where the platform has such a sign. */
  showTyping(to: Address, lastMessageId: string | null): Promise<void>;
  /** Shows a growing answer before it is finished, in chats where that is possible; at most once a second. */
  showDraft?(to: Address, draftId: number, markdown: string): Promise<boolean>;
  /** Replaces the text of a message of ours. Absent where the platform cannot. */
  edit?(messageId: string, piece: OutboundPiece, to: Address): Promise<SendOutcome>;
  /** Acknowledges a pressed button, so that it stops spinning. */
  acknowledgeChoice?(key: string): Promise<void>;
  /** The content of a received file. The problem is a line for the user. */
  openMedia(
    media: InboundMedia,
  ): Promise<Result<{ body: ReadableStream<Uint8Array>; mimeType: string; size: number | null }, string>>;
  /** Points the platform's webhook here; the problem is a line for the one who sets up. */
  setUp(webhookUrl: string): Promise<Result<readonly string[], string>>;
  status(webhookUrl: string): Promise<PlatformStatus>;
  /** Messages that came while we were away, where the platform can be asked. Milliseconds since 1970. */
  catchUp?(since: number): Promise<readonly InboundEvent[]>;
}
