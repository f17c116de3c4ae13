import { exports } from 'cloudflare:workers';
import { z } from 'zod';
import { platformFactories } from '#channel/create-platform.ts';
import type {
  Address,
  InboundEvent,
  InboundMessage,
  OutboundContent,
  OutboundPiece,
  Platform,
  PlatformLimits,
  Renamed,
  SendOutcome,
} from '#channel/platform.ts';
import { numberedChoices } from '#channel/text/numbered-choices.ts';
import type { PlatformName } from '#protocol/platform.ts';
import { origin } from './accounts.ts';

export interface Sent {
  readonly chatId: string;
  readonly what: 'message' | 'edit';
  readonly text: string;
  readonly choices?: readonly string[];
  readonly bytes?: number;
  /** The message that it quotes. */
  readonly replyTo?: string;
}

/** A platform without a server: what it was given to send, and what it answers. */
export interface FakePlatform {
  readonly sent: Sent[];
  readonly typing: Address[];
  readonly drafts: string[];
  /** What a chat was sent, as texts. */
  texts(chatId: string): string[];
  /** What a chat shows after all edits. */
  shown(chatId: string): string[];
  /** Answers to the next sends to a chat; then each is sent. */
  answerWith(chatId: string, ...outcomes: (SendOutcome | 'throw')[]): void;
  /** By reference; a string is a problem. */
  readonly media: Map<string, { bytes: Uint8Array; mimeType: string } | string>;
  limits: PlatformLimits;
  hasDrafts: boolean;
  /** How long an edit takes. */
  editMs: number;
  /** How long the answer takes to come, once a message is there. */
  answerMs: number;
  /** Typing signs and drafts never get an answer. */
  signsHang: boolean;
  /** What came while nobody listened; undefined: the platform cannot be asked. */
  missed: InboundEvent[] | undefined;
  /** The times from which on it was asked for that. */
  askedSince: number[];
}

const Request = z.object({ text: z.string(), choices: z.array(z.string()).optional() });
const requestOf = ({ request }: OutboundPiece) => Request.parse(request);

/** Puts a platform into the Worker whose webhooks are lists of events as they are. */
export function fakePlatform(name: PlatformName, limits: Partial<PlatformLimits> = {}): FakePlatform {
  const outcomes = new Map<string, (SendOutcome | 'throw')[]>();
  const shown = new Map<string, { chatId: string; text: string }>();
  let count = 0;
  const fake: FakePlatform = {
    sent: [],
    typing: [],
    drafts: [],
    texts: (chatId) => fake.sent.filter((one) => one.chatId === chatId).map(({ text }) => text),
    shown: (chatId) => [...shown.values()].filter((one) => one.chatId === chatId).map(({ text }) => text),
    answerWith: (chatId, ...next) => outcomes.set(chatId, next),
    media: new Map(),
    limits: { spacingMs: 0, typingMs: 4000, coalesce: false, ...limits },
    hasDrafts: false,
    editMs: 0,
    answerMs: 0,
    signsHang: false,
    missed: undefined,
    askedSince: [],
  };
  const take = (chatId: string): SendOutcome => {
    const next = outcomes.get(chatId)?.shift();
    if (next === 'throw') throw new Error('killed while sending');
    return next ?? { kind: 'sent', messageId: `m${(count += 1)}` };
  };
  const platform = (): Platform => ({
    name,
    chatIsPerson: name === 'whatsapp',
    limits: fake.limits,
    verify: async ({ headers }) => headers['x-secret'] === 'right',
    parse: (payload) => (isEvents(payload) ? payload.events : []),
    format: (content) => format(content),
    async send(piece, to, openFile) {
      const bytes = piece.file === null ? undefined : (await new Response(await openFile()).bytes()).length;
      const outcome = take(to.chatId);
      const { text, choices } = requestOf(piece);
      if (outcome.kind === 'sent' || outcome.kind === 'unknown') {
        const id = outcome.kind === 'sent' ? outcome.messageId : null;
        shown.set(id ?? `unheard-of-${shown.size}`, { chatId: to.chatId, text });
        fake.sent.push({
          chatId: to.chatId,
          what: 'message',
          text,
          ...(choices === undefined ? {} : { choices }),
          ...(bytes === undefined ? {} : { bytes }),
          ...(to.replyTo === undefined ? {} : { replyTo: to.replyTo }),
        });
      }
      if (fake.answerMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.answerMs));
      return outcome;
    },
    async edit(messageId, piece, { chatId }) {
      const { text } = requestOf(piece);
      fake.sent.push({ chatId, what: 'edit', text });
      if (fake.editMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.editMs));
      const outcome = take(chatId);
      if (outcome.kind !== 'sent' && outcome.kind !== 'unknown') return outcome;
      shown.set(messageId, { chatId, text });
      return outcome.kind === 'sent' ? { kind: 'sent', messageId } : outcome;
    },
    async showTyping(to) {
      fake.typing.push(to);
      if (fake.signsHang) await new Promise(() => {});
    },
    ...(fake.hasDrafts
      ? {
          showDraft: async (_to: Address, _id: number, markdown: string) => {
            fake.drafts.push(markdown);
            if (fake.signsHang) await new Promise(() => {});
            return true;
          },
        }
      : {}),
    ...(fake.missed === undefined
      ? {}
      : {
          catchUp: async (since: number) => {
            fake.askedSince.push(since);
            return fake.missed ?? [];
          },
        }),
    async openMedia({ reference }) {
      const found = fake.media.get(reference) ?? 'it is gone';
      if (typeof found === 'string') return { ok: false, problem: found };
      const body = new Response(found.bytes).body ?? new ReadableStream();
      return { ok: true, value: { body, mimeType: found.mimeType, size: found.bytes.length } };
    },
    setUp: async (webhookUrl) => ({ ok: true, value: [`The webhook is ${webhookUrl}`] }),
    status: async (webhookUrl) => ({
      tokenValid: true,
      account: 'bot',
      webhookUrl,
      webhookOk: true,
      lastError: null,
      tokenExpiresAt: null,
    }),
  });
  platformFactories[name] = platform;
  return fake;
}

/** More than one piece where the text says so. */
function format(content: OutboundContent): OutboundPiece[] {
  switch (content.kind) {
    case 'text':
      return split(content.markdown);
    case 'choices': {
      const choices = content.choices.map(({ id, label }) => `${id} ${label}`);
      const pieces = split(content.markdown);
      return pieces.map((piece, index) =>
        index < pieces.length - 1
          ? piece
          : {
              ...piece,
              request: { ...piece.request, choices },
              instead: split(
                numberedChoices(String(piece.request['text']), content.choices).replaceAll(
                  ' ===== ',
                  '\n=====\n',
                ),
              ),
            },
      );
    }
    case 'file':
      return [{ request: { text: content.caption || content.file.name }, file: content.file }];
  }
}

const split = (markdown: string): OutboundPiece[] =>
  markdown.split('\n=====\n').map((text) => ({ request: { text }, file: null }));

const isEvents = (payload: unknown): payload is { events: InboundEvent[] } =>
  typeof payload === 'object' && payload !== null && 'events' in payload;

/** What a webhook was answered. */
export async function deliver(
  name: string,
  events: readonly InboundEvent[] | string,
  { secret = 'right' }: { secret?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const response = await exports.default.fetch(`${origin}/api/v1/webhooks/${name}`, {
    method: 'POST',
    headers: { 'x-secret': secret, 'content-type': 'application/json' },
    body: typeof events === 'string' ? events : JSON.stringify({ events }),
  });
  return { status: response.status, body: await response.json() };
}

let keys = 0;

/** A message in a private chat of its sender. */
export function message(
  chatId: string,
  text: string,
  rest: Partial<Omit<InboundMessage, 'kind'>> = {},
): InboundMessage {
  keys += 1;
  return {
    kind: 'message',
    key: `k${keys}`,
    messageId: `in${keys}`,
    address: { chatId, threadId: null },
    isGroup: false,
    isAddressed: true,
    sender: { id: chatId, otherIds: [], name: 'Some One' },
    sentAt: Date.now(),
    text,
    annotations: [],
    media: [],
    album: null,
    editOf: null,
    choice: null,
    ...rest,
  };
}

export function renamed(what: Renamed['what'], from: string, to: string, sentAt = Date.now()): Renamed {
  keys += 1;
  return { kind: 'renamed', key: `k${keys}`, sentAt, what, from, to };
}
