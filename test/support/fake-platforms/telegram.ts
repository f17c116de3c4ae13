import { z } from 'zod';
import {
  fieldOf,
  startFakePlatform,
  type FakePlatform,
  type FakeRules,
  type PlatformAnswer,
  type PlatformCall,
} from './fake-platform.ts';

export interface FakeTelegram extends FakePlatform {
  /** Users who have blocked the bot. */
  readonly blocked: Set<string>;
  /** Groups that have become supergroups of another id. */
  readonly moved: Map<string, string>;
  /** What users have sent: bytes by file id. */
  readonly files: Map<string, Uint8Array>;
  readonly webhook: {
    url: string;
    secret: string | null;
    updates: readonly string[];
    lastError: string | null;
  };
  /** Names of the commands that were set. */
  readonly commands: string[];
  /** Whether the server is new enough for rich messages. */
  knowsRich: boolean;
}

const Entities = z.array(
  z.object({ type: z.string(), offset: z.number().int().min(0), length: z.number().int().min(1) }),
);
const Keyboard = z.object({
  inline_keyboard: z.array(z.array(z.object({ text: z.string().min(1), callback_data: z.string().min(1) }))),
});

const Reply = z.object({
  message_id: z.number().int().positive(),
  allow_sending_without_reply: z.boolean().default(false),
});

const LIMITS: Readonly<Record<string, number>> = { photo: 10 * 1024 * 1024 };
const FILE_METHODS: ReadonlyMap<string, string> = new Map([
  ['sendPhoto', 'photo'],
  ['sendDocument', 'document'],
  ['sendVoice', 'voice'],
  ['sendAudio', 'audio'],
  ['sendVideo', 'video'],
  ['sendAnimation', 'animation'],
]);

const done = (result: unknown): PlatformAnswer => ({ status: 200, body: { ok: true, result } });
const error = (status: number, description: string, parameters?: object): PlatformAnswer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters === undefined ? {} : { parameters }) },
});
const bad = (description: string): PlatformAnswer => error(400, `Bad Request: ${description}`);

export const tooManyRequests = (seconds: number): PlatformAnswer =>
  error(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });

/** The Bot API as far as a bot like ours uses it: https://core.telegram.org/bots/api */
export async function startFakeTelegram(token = '777:token', port = 0): Promise<FakeTelegram> {
  let lastId = 1000;
  const texts = new Map<string, string>();
  const state = {
    blocked: new Set<string>(),
    moved: new Map<string, string>(),
    files: new Map<string, Uint8Array>(),
    webhook: { url: '', secret: null, updates: [], lastError: null } as FakeTelegram['webhook'],
    commands: [] as string[],
    knowsRich: true,
  };

  const rules: FakeRules = {
    isSend: ({ path }) => /\/send(?!ChatAction|MessageDraft|RichMessageDraft)\w+$/.test(path),
    answer: (call, take, change) => {
      if (call.path.startsWith(`/file/bot${token}/`)) {
        const bytes = state.files.get(call.path.split('/').at(-1) ?? '');
        return bytes === undefined
          ? error(404, 'Not Found')
          : { bytes, contentType: 'application/octet-stream' };
      }
      if (!call.path.startsWith(`/bot${token}/`)) return error(401, 'Unauthorized');
      const method = call.path.slice(`/bot${token}/`.length);
      const { body } = call;
      const chatId = fieldOf(call, 'chat_id');
      const account = accountAnswer(method, call, state);
      if (account !== null) return account;
      const problem = chatProblem(chatId, state);
      if (problem !== null) return problem;
      if (method === 'sendChatAction') return done(true);
      if (method === 'sendMessageDraft' || method === 'sendRichMessageDraft') {
        if (chatId.startsWith('-')) return bad('TEXTDRAFT_PEER_INVALID');
        if (body['draft_id'] === 0) return bad('draft_id is zero');
        if (method === 'sendRichMessageDraft' && !state.knowsRich) return error(404, 'Not Found');
        return done(true);
      }
      const invalid = invalidContent(method, call, state.knowsRich);
      if (invalid !== null) return invalid;
      const text = textOf(call);
      if (method === 'editMessageText') {
        const id = fieldOf(call, 'message_id');
        if (texts.get(id) === undefined) return bad('message to edit not found');
        if (texts.get(id) === text) return bad('message is not modified');
        texts.set(id, text);
        change(id, text);
        return done({ message_id: Number(id), chat: { id: Number(chatId) }, text });
      }
      lastId += 1;
      texts.set(String(lastId), text);
      take({ id: String(lastId), chatId, text, file: call.file });
      return done({
        message_id: lastId,
        date: Math.floor(call.at / 1000),
        chat: { id: Number(chatId) },
        text,
      });
    },
  };
  return Object.assign(state, await startFakePlatform(rules, port));
}

type State = Pick<FakeTelegram, 'blocked' | 'moved' | 'files' | 'webhook' | 'commands' | 'knowsRich'>;

/** What is about the bot itself; null for what is about a chat. */
function accountAnswer(method: string, call: PlatformCall, state: State): PlatformAnswer | null {
  const { body } = call;
  switch (method) {
    case 'getMe':
      return done({ id: 777, is_bot: true, first_name: 'Edgewise', username: 'edgewise_bot' });
    case 'setWebhook': {
      const parsed = z
        .object({
          url: z.url({ protocol: /^https$/ }),
          secret_token: z
            .string()
            .regex(/^[\w-]{1,256}$/)
            .optional(),
          allowed_updates: z.array(z.string()).default([]),
        })
        .safeParse(body);
      if (!parsed.success) return bad('bad webhook: An HTTPS URL must be provided for webhook');
      const { url, secret_token: secret = null, allowed_updates: updates } = parsed.data;
      Object.assign(state.webhook, { url, secret, updates });
      return done(true);
    }
    case 'getWebhookInfo':
      return done({
        url: state.webhook.url,
        has_custom_certificate: false,
        pending_update_count: 0,
        ...(state.webhook.lastError === null
          ? {}
          : { last_error_date: 1_760_000_000, last_error_message: state.webhook.lastError }),
      });
    case 'setMyCommands': {
      const commands = z.array(z.object({ command: z.string(), description: z.string() }));
      state.commands.push(...commands.parse(body['commands']).map(({ command }) => command));
      return done(true);
    }
    case 'answerCallbackQuery':
      return body['callback_query_id'] === undefined ? bad('QUERY_ID_INVALID') : done(true);
    case 'getFile': {
      const bytes = state.files.get(fieldOf(call, 'file_id'));
      if (bytes === undefined) return bad('invalid file_id');
      if (bytes.length > 20 * 1024 * 1024) return bad('file is too big');
      const id = fieldOf(call, 'file_id');
      return done({ file_id: id, file_size: bytes.length, file_path: `documents/${id}` });
    }
    default:
      return null;
  }
}

function chatProblem(chatId: string, { blocked, moved }: State): PlatformAnswer | null {
  if (!/^-?\d+$/.test(chatId)) return bad('chat not found');
  if (blocked.has(chatId)) return error(403, 'Forbidden: bot was blocked by the user');
  const to = moved.get(chatId);
  if (to === undefined) return null;
  return error(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
    migrate_to_chat_id: Number(to),
  });
}

function invalidContent(method: string, call: PlatformCall, knowsRich: boolean): PlatformAnswer | null {
  const { body, file } = call;
  const keyboard = body['reply_markup'] === undefined ? null : Keyboard.safeParse(body['reply_markup']);
  if (keyboard?.success === false) return bad("can't parse reply keyboard markup JSON object");
  const reply = Reply.optional().safeParse(parseField(body['reply_parameters']));
  if (!reply.success) return bad("can't parse reply parameters");
  // What users have written is not known here
  if (reply.data?.allow_sending_without_reply === false) return bad('message to be replied not found');
  if (keyboard?.data?.inline_keyboard.flat().some((one) => Buffer.byteLength(one.callback_data) > 64)) {
    return bad('BUTTON_DATA_INVALID');
  }
  const field = FILE_METHODS.get(method);
  if (field !== undefined) {
    if (file === null || body[field] !== '(file)') return bad(`there is no ${field} in the request`);
    if (file.bytes.length === 0) return bad('file must be non-empty');
    if (file.bytes.length > (LIMITS[field] ?? 50 * 1024 * 1024)) {
      return error(413, 'Request Entity Too Large');
    }
    if (field === 'photo' && file.name.includes('wide')) return bad('PHOTO_INVALID_DIMENSIONS');
    return textProblem(fieldOf(call, 'caption'), parseField(body['caption_entities']), 1024, true);
  }
  if (body['rich_message'] !== undefined) {
    if (knowsRich) return null;
    // An older server knows the method of edits, and takes no notice of what it does not know
    return method === 'editMessageText'
      ? bad('message text is empty')
      : error(404, 'Not Found: method not found');
  }
  if (method !== 'sendMessage' && method !== 'editMessageText') {
    return error(404, 'Not Found: method not found');
  }
  return textProblem(fieldOf(call, 'text'), body['entities'], 4096, false);
}

const parseField = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

function textProblem(text: string, given: unknown, max: number, mayBeEmpty: boolean): PlatformAnswer | null {
  if (text.trim() === '' && !mayBeEmpty) return bad('message text is empty');
  if (!text.isWellFormed()) return bad('strings must be encoded in UTF-8');
  if (text.length > max) return bad(max === 4096 ? 'message is too long' : 'message caption is too long');
  if (given === undefined) return null;
  const entities = Entities.safeParse(given);
  if (!entities.success) return bad("can't parse entities");
  const isOutside = entities.data.some(({ offset, length }) => offset + length > text.length);
  return isOutside ? bad('entity is outside of the text') : null;
}

function textOf(call: PlatformCall): string {
  const rich = z.object({ markdown: z.string() }).safeParse(call.body['rich_message']);
  return rich.success ? rich.data.markdown : fieldOf(call, 'text') || fieldOf(call, 'caption');
}
