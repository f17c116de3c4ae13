import { z } from 'zod';
import {
  fieldOf,
  startFakePlatform,
  type FakePlatform,
  type FakeRules,
  type PlatformAnswer,
  type PlatformCall,
} from './fake-platform.ts';

export interface FakeWhatsapp extends FakePlatform {
  /** People who have not written for 24 hours. */
  readonly silent: Set<string>;
  /** What users have sent: by media id. */
  readonly media: Map<string, { readonly bytes: Uint8Array; readonly mimeType: string }>;
  /** Accounts that the app is subscribed to. */
  readonly subscribed: Set<string>;
  /** Ids of messages that were marked as read, with a typing sign. */
  readonly read: string[];
  webhookUrl: string | null;
}

export interface FakeWhatsappOptions {
  readonly token?: string;
  readonly phoneNumberId?: string;
  readonly version?: string;
  readonly port?: number;
}

/** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
const TYPES =
  /^(audio\/(aac|mp4|mpeg|amr|ogg|opus)|image\/(jpeg|png|webp)|video\/(mp4|3gpp)|text\/plain|application\/(pdf|msword|vnd\.(ms-excel|ms-powerpoint|openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet|presentationml\.presentation))))$/;
const MB = 1024 * 1024;

const Text = z.object({ body: z.string().min(1).max(4096), preview_url: z.boolean().optional() });
const Upload = z.object({
  id: z.string(),
  caption: z.string().max(1024).optional(),
  filename: z.string().optional(),
});
const Buttons = z.object({
  type: z.literal('button'),
  body: z.object({ text: z.string().min(1).max(1024) }),
  action: z.object({
    buttons: z
      .array(
        z.object({
          type: z.literal('reply'),
          reply: z.object({ id: z.string().min(1).max(256), title: z.string().min(1).max(20) }),
        }),
      )
      .min(1)
      .max(3),
  }),
});
const List = z.object({
  type: z.literal('list'),
  body: z.object({ text: z.string().min(1).max(4096) }),
  action: z.object({
    button: z.string().min(1).max(20),
    sections: z
      .array(
        z.object({
          title: z.string().max(24),
          rows: z
            .array(
              z.object({
                id: z.string().min(1).max(200),
                title: z.string().min(1).max(24),
                description: z.string().min(1).max(72).optional(),
              }),
            )
            .min(1)
            .max(10),
        }),
      )
      .length(1),
  }),
});
const Interactive = z.discriminatedUnion('type', [Buttons, List]);

const done = (body: unknown): PlatformAnswer => ({ status: 200, body });
export const graphError = (status: number, code: number, message = `(#${code}) failed`): PlatformAnswer => ({
  status,
  body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'fake' } },
});

/** The Cloud API for one phone number: https://developers.facebook.com/docs/whatsapp/cloud-api */
export async function startFakeWhatsapp(options: FakeWhatsappOptions = {}): Promise<FakeWhatsapp> {
  const { token = 'wa-token', phoneNumberId = '106540352242922', version = 'v26.0', port } = options;
  const uploads = new Map<string, PlatformCall['file']>();
  let serial = 0;
  let origin = '';
  const state = {
    silent: new Set<string>(),
    media: new Map<string, { bytes: Uint8Array; mimeType: string }>(),
    subscribed: new Set<string>(),
    read: [] as string[],
    webhookUrl: null as string | null,
  };

  const rules: FakeRules = {
    isSend: (call) => call.path.endsWith('/messages') && call.body['status'] === undefined,
    answer: (call, take) => {
      if (call.headers.authorization !== `Bearer ${token}`) return graphError(401, 190);
      const [, first, ...rest] = call.path.split('/');
      if (first === 'download') {
        const found = state.media.get(rest.join('/'));
        return found === undefined
          ? graphError(404, 100)
          : { bytes: found.bytes, contentType: found.mimeType };
      }
      if (first !== version) return graphError(400, 2635);
      const path = rest.join('/');
      if (path === `${phoneNumberId}/media`) {
        const problem = uploadProblem(call);
        if (problem !== null) return problem;
        serial += 1;
        uploads.set(`UPLOAD${serial}`, call.file);
        return done({ id: `UPLOAD${serial}` });
      }
      if (path === `${phoneNumberId}/messages`) {
        if (call.body['status'] === 'read') {
          state.read.push(fieldOf(call, 'message_id'));
          return done({ success: true });
        }
        const chatId = fieldOf(call, 'to') || fieldOf(call, 'recipient');
        const problem = messageProblem(call, chatId, uploads, state.silent);
        if (problem !== null) return problem;
        serial += 1;
        const id = `wamid.FAKE${serial}`;
        const { text, upload } = contentOf(call);
        take({ id, chatId, text, file: uploads.get(upload) ?? null });
        return done({ messaging_product: 'whatsapp', contacts: [{ input: chatId }], messages: [{ id }] });
      }
      if (path === phoneNumberId) {
        return done({
          id: phoneNumberId,
          display_phone_number: '+1 555-078-3881',
          verified_name: 'Edgewise',
          ...(state.webhookUrl === null ? {} : { webhook_configuration: { application: state.webhookUrl } }),
        });
      }
      if (path.endsWith('/subscribed_apps') && call.method === 'POST') {
        state.subscribed.add(path.slice(0, path.indexOf('/')));
        return done({ success: true });
      }
      const found = state.media.get(path);
      if (found === undefined) return graphError(400, 100);
      return done({
        messaging_product: 'whatsapp',
        id: path,
        url: `${origin}/download/${path}`,
        mime_type: found.mimeType,
        file_size: String(found.bytes.length),
      });
    },
  };
  const fake = await startFakePlatform(rules, port);
  origin = fake.url;
  return Object.assign(state, fake);
}

function uploadProblem(call: PlatformCall): PlatformAnswer | null {
  const { body, file } = call;
  if (body['messaging_product'] !== 'whatsapp' || file === null) return graphError(400, 100);
  const type = fieldOf(call, 'type');
  return TYPES.test(type) && file.type === type && file.bytes.length <= 100 * MB
    ? null
    : graphError(400, 100);
}

const MOST: Readonly<Record<string, number>> = {
  image: 5 * MB,
  video: 16 * MB,
  audio: 16 * MB,
  document: 100 * MB,
};

function messageProblem(
  call: PlatformCall,
  chatId: string,
  uploads: ReadonlyMap<string, PlatformCall['file']>,
  silent: ReadonlySet<string>,
): PlatformAnswer | null {
  const { body } = call;
  const isUserId = /^[A-Z]{2}\./.test(chatId);
  const isRightField = (body['recipient'] !== undefined) === isUserId;
  if (body['messaging_product'] !== 'whatsapp' || chatId === '' || !isRightField) return graphError(400, 100);
  if (silent.has(chatId)) return graphError(400, 131047);
  const type = fieldOf(call, 'type');
  if (type === 'text') return Text.safeParse(body['text']).success ? null : graphError(400, 100);
  if (type === 'interactive') {
    const parsed = Interactive.safeParse(body['interactive']);
    if (!parsed.success) return graphError(400, 131009);
    const titles =
      parsed.data.type === 'button' ? parsed.data.action.buttons.map(({ reply }) => reply.title) : [];
    return new Set(titles).size === titles.length ? null : graphError(400, 131009);
  }
  const content = Upload.safeParse(body[type]);
  const most = MOST[type];
  if (!content.success || most === undefined) return graphError(400, 131009);
  if (type === 'audio' && content.data.caption !== undefined) return graphError(400, 100);
  if (type !== 'document' && content.data.filename !== undefined) return graphError(400, 100);
  const file = uploads.get(content.data.id);
  if (file === undefined || file === null) return graphError(400, 131009);
  if (type === 'image' && file.type === 'image/webp') return graphError(400, 131053);
  return file.bytes.length <= most ? null : graphError(400, 131053);
}

function contentOf(call: PlatformCall): { text: string; upload: string } {
  const { body } = call;
  const type = fieldOf(call, 'type');
  const text = Text.safeParse(body['text']);
  if (text.success) return { text: text.data.body, upload: '' };
  const interactive = Interactive.safeParse(body['interactive']);
  if (interactive.success) return { text: interactive.data.body.text, upload: '' };
  const upload = Upload.safeParse(body[type]);
  return { text: upload.data?.caption ?? '', upload: upload.data?.id ?? '' };
}
